/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

/** What an exchange asks of the server on its way. */
enum Call {
    LOGIN("login"),
    SUBMIT("submit"),
    /** A poll of a job that is not done. */
    POLL("poll"),
    /** The poll whose response has the result. */
    RESULT("poll with the result"),
    HELD("held request");

    final String heading;

    Call(String heading) {
        this.heading = heading;
    }

    boolean isPoll() {
        return this == POLL || this == RESULT;
    }

    boolean isSubmit() {
        return this == SUBMIT || this == HELD;
    }
}
