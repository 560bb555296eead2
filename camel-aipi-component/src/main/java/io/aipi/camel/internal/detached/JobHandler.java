/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

/** Who follows jobs and delivers their outcomes. */
public interface JobHandler {

    /** Jobs that it holds at once at most. */
    int limit();

    /** Is the job's owner from here on. Must not block. */
    void onAssigned(TrackedJob job);

    /** What it holds is another process's: it lets go of it. */
    void onLeaseLost();

    /** What had to wait for the lease may go on. */
    void onLeaseRenewed();
}
