/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

/** What the producer does with an exchange. */
public enum AipiOperation {
    /** Submit a job and, unless {@code waitForResult=false}, wait for its result. */
    submit,
    /** One poll of a job. If the job is done, this poll takes its result: the server hands it out once. */
    progress,
    /** Follow a job that was submitted before, to its result. */
    result,
    /** The server's description of the endpoint, as JSON. */
    describe,
    /** The names of the endpoints that the credentials may use, as a list. */
    list,
    /** Whether the server takes the API key, as a boolean. */
    validateKey
}
