/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

/**
 * One job as the client sends it.
 *
 * @param tag the first word of its prompt, by which server and client mean the same job: a letter for its phase and a number
 * @param prompt the prompt; it tells the simulated worker what to do
 * @param seconds how long it computes
 */
public record Job(String tag, String prompt, double seconds) {}
