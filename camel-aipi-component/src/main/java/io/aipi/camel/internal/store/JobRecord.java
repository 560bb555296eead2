/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

/**
 * What a repository holds of a job.
 *
 * @param job the job
 * @param outcome how it has ended, null while it has not. The server hands a result out once: from here on this is the
 *     only copy
 * @param deliveries how often its outcome was given to a route that then failed, or did not live to tell
 */
public record JobRecord(DetachedJob job, JobOutcome outcome, int deliveries) {}
