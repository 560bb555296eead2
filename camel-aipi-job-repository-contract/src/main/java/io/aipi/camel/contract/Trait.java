/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

/** What some stores can and others cannot. A test of what a store cannot is skipped. */
public enum Trait {
    /** Several instances share the jobs: claims and reservations have a lease, and are known to all of them. */
    LEASES,

    /** Of several instances one gets to reserve a request id. */
    SHARED_REQUEST_IDS,

    /** What was stored is there when all instances have ended. */
    KEEPS_AFTER_RESTART,

    /** Jobs are claimed in the order in which they were submitted. */
    ORDERED,

    /** Messages and results of some ten megabytes. */
    LARGE,

    /** Names of servers and endpoints of some hundred characters. */
    LONG_NAMES,

    /** The character NUL in ids, which some databases do not take in a text. */
    NUL_IN_IDS,

    /** Says by {@link io.aipi.camel.store.JobRepository#unclaimed} what nobody claims. */
    UNCLAIMED
}
