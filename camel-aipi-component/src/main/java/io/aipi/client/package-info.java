/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
/**
 * A client of AIPI servers: log in, submit a prompt to an endpoint as a job, follow the job, take its result. Everything
 * is asynchronous; waiting costs no thread. This layer knows nothing of Camel: a plain Java program can use it, starting
 * from {@link io.aipi.client.AipiClient}.
 */
package io.aipi.client;
