/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

/**
 * What the client's own meters and spans say of the measured jobs; in milliseconds, NaN where there are too few jobs to say.
 *
 * @param detectionMean the mean delay of detection, by the meter
 * @param detectionP95 what 95 % of the jobs do not exceed
 * @param spans spans a job
 */
public record TelemetryFigures(double detectionMean, double detectionP95, double spans) {}
