#[inline(never)]
pub fn sum(x: &[f32]) -> f32 {
    x.iter().sum()
}
#[inline(never)]
pub fn dot(x: &[f32], y: &[f32]) -> f32 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}
#[inline(never)]
pub fn parse(text: &str) -> u64 {
    text.split(',').filter_map(|n| n.parse::<u64>().ok()).sum()
}
#[inline(never)]
pub fn sort(x: &[u32]) -> Vec<u32> {
    let mut v = x.to_vec();
    v.sort_unstable();
    v
}
#[inline(never)]
pub fn softmax(x: &[f32]) -> Vec<f32> {
    let m = x.iter().copied().fold(f32::MIN, f32::max);
    let e: Vec<f32> = x.iter().map(|v| (v - m).exp()).collect();
    let s: f32 = e.iter().sum();
    e.iter().map(|v| v / s).collect()
}
#[inline(never)]
pub fn matmul(a: &[f32], b: &[f32], n: usize) -> Vec<f32> {
    let mut c = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let v = a[i * n + k];
            for j in 0..n {
                c[i * n + j] += v * b[k * n + j];
            }
        }
    }
    c
}
#[inline(never)]
pub fn collatz(mut n: u64) -> u32 {
    let mut c = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        c += 1;
    }
    c
}
#[inline(never)]
pub fn words(text: &str) -> usize {
    let mut seen = std::collections::HashMap::new();
    for w in text.split(' ') {
        *seen.entry(w).or_insert(0u32) += 1;
    }
    seen.len()
}
#[inline(never)]
pub fn crc(x: &[u8]) -> u32 {
    let mut c = !0u32;
    for b in x {
        c ^= u32::from(*b);
        for _ in 0..8 {
            c = if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 };
        }
    }
    !c
}
#[inline(never)]
pub fn levenshtein(a: &[u8], b: &[u8]) -> usize {
    let mut p: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut d = i;
        p[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let n = (d + usize::from(x != y)).min(p[j] + 1).min(p[j + 1] + 1);
            d = p[j + 1];
            p[j + 1] = n;
        }
    }
    p[b.len()]
}
#[inline(never)]
pub fn tree(x: &[u32]) -> u64 {
    let t: std::collections::BTreeMap<u32, u32> = x.iter().map(|v| (*v, v ^ 7)).collect();
    t.range(1000..).take(50).map(|(k, v)| u64::from(k ^ v)).sum()
}
#[inline(never)]
pub fn primes(n: usize) -> usize {
    let mut s = vec![true; n + 1];
    let mut c = 0;
    for i in 2..=n {
        if s[i] {
            c += 1;
            let mut j = i * i;
            while j <= n {
                s[j] = false;
                j += i;
            }
        }
    }
    c
}
