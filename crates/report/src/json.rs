//! A report as JSON: the model as it is, with the data of the charts.

use serde::Serialize;

use crate::document::Report;
use crate::plain;

/// The version of the document.
pub const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    format: u32,
    kind: &'static str,
    #[serde(flatten)]
    report: &'r Report,
}

/// One document over several lines.
///
/// # Errors
///
/// None for a report whose numbers are finite.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let text = serde_json::to_string_pretty(&Document { format: FORMAT, kind: "report", report })?;
    Ok(plain::json(&text) + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
    fn a_report() {
        let text = render(&report()).expect("JSON");
        insta::assert_snapshot!(text, @r#"
        {
          "format": 1,
          "kind": "report",
          "title": "Run 1",
          "facts": [
            [
              "commit",
              "4f2c9d1e7"
            ]
          ],
          "sections": [
            {
              "id": "summary",
              "title": "Summary",
              "blocks": [
                {
                  "block": "text",
                  "text": "1 case: 1 ok"
                },
                {
                  "block": "table",
                  "name": "Cases",
                  "columns": [
                    {
                      "title": "case",
                      "align": "left"
                    },
                    {
                      "title": "latency",
                      "align": "right"
                    },
                    {
                      "title": "verdict",
                      "align": "left"
                    }
                  ],
                  "rows": [
                    {
                      "cells": [
                        {
                          "text": "a/x_1@n"
                        },
                        {
                          "text": "2.000 ms",
                          "value": 2000000.0
                        },
                        {
                          "text": "▲ regressed",
                          "tone": "bad"
                        }
                      ],
                      "notes": [
                        "beyond the alert level"
                      ],
                      "anchor": "case-1"
                    }
                  ]
                },
                {
                  "block": "figure",
                  "charts": [
                    {
                      "title": "Latency",
                      "chart": "bars",
                      "title": "latency",
                      "unit": "ns",
                      "series": [
                        "ndarray"
                      ],
                      "groups": [
                        {
                          "name": "a/x",
                          "bars": [
                            {
                              "value": 2000000.0,
                              "low": 1900000.0,
                              "high": 2100000.0
                            }
                          ]
                        }
                      ]
                    }
                  ]
                }
              ]
            },
            {
              "id": "scaling",
              "title": "Scaling",
              "blocks": [
                {
                  "block": "figure",
                  "charts": [
                    {
                      "title": "Throughput",
                      "chart": "plot",
                      "x": {
                        "title": "batch size",
                        "unit": "",
                        "spacing": "even",
                        "ticks": []
                      },
                      "y": {
                        "title": "rate",
                        "unit": "",
                        "spacing": "even",
                        "ticks": []
                      },
                      "lines": [
                        {
                          "name": "a/x",
                          "points": [
                            {
                              "x": 1.0,
                              "y": 10.0
                            },
                            {
                              "x": 2.0,
                              "y": 20.0
                            },
                            {
                              "x": 4.0,
                              "y": 40.0
                            }
                          ],
                          "shape": "joined"
                        }
                      ],
                      "marks": []
                    }
                  ]
                }
              ]
            },
            {
              "id": "reproduce",
              "title": "How to reproduce",
              "blocks": [
                {
                  "block": "commands",
                  "lines": [
                    "cargo accel-bench 'a/x_1@n'"
                  ]
                }
              ]
            }
          ]
        }
        "#);
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&document["format"], &document["kind"]), (&1.into(), &"report".into()));
        assert_eq!(document["sections"][0]["blocks"][1]["block"], "table");
        let bar = &document["sections"][0]["blocks"][2]["charts"][0]["groups"][0]["bars"][0];
        assert_eq!(bar["value"], 2e6);
    }
}
