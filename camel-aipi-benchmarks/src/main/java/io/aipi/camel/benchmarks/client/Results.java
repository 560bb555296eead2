/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

/**
 * What has become of the jobs of a phase.
 *
 * @param continuedNanos by the number of the job, when the route went on with its response, by the client's clock; 0 if it failed
 * @param responseBytes the decoded size of all responses
 * @param failure what the first failure was, null if there was none
 */
@SuppressWarnings("ArrayRecordComponent")
public record Results(long[] continuedNanos, long responseBytes, String failure) {}
