/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * An AIPI server without a GPU, for examples, integration tests and benchmarks. Start one with
 * {@link io.aipi.simulator.AipiSimulator#builder()}, or from the command line with its {@code main}.
 *
 * <p>It answers as the recorded AIME API Server 0.9.6 does, or as the documented interface says; workers, models and
 * their results are simulated, and the prompt can steer them. In a conversation that is the last message of the user;
 * what stands in earlier messages steers nothing:
 *
 * <ul>
 *   <li>{@code @sleep=SECONDS} how long the job computes
 *   <li>{@code @steps=N} in how many steps, with a progress update after each but the last
 *   <li>{@code @tokens=N} how many tokens a chat answer has
 *   <li>{@code @error=Words_with_underscores} the job fails with these words
 *   <li>{@code @die} the worker dies half way and never comes back
 *   <li>{@code @silent} no progress updates, only the result
 *   <li>{@code @rewrite=N} the text of a chat begins anew at step N
 *   <li>{@code @partial} the progress of a chat shows half a character as U+FFFD
 * </ul>
 */
package io.aipi.simulator;
