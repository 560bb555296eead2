/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

/** Who waits for a job. */
interface Completion {

    /** The first words of the response are there, which count as the end of waiting. The others follow. */
    void begun();

    /** The route goes on with the response: a text, a picture's bytes, or a list of such. */
    void answered(Object response);

    /** There is no response. */
    void failed(Throwable cause);
}
