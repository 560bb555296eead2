/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support;

import java.util.Optional;

/**
 * A model that an example asks.
 *
 * @param task what it is asked for
 * @param option the property that names its endpoint
 * @param named the endpoint that the user has named; empty for one that is found on the server
 * @param usual the endpoint that is taken where the server has it, and where the server has no list of its endpoints
 * @param optional whether the example goes on without it
 */
public record Model(Task task, String option, Optional<String> named, String usual, boolean optional) {

    /** A model that the example cannot do without; the user names its endpoint by the {@link Start#setting setting}. */
    public static Model needed(Task task, String option, String usual) {
        return new Model(task, option, Start.setting(option), usual, false);
    }

    /** A model without which the example goes on; the user names its endpoint by the {@link Start#setting setting}. */
    public static Model optional(Task task, String option, String usual) {
        return new Model(task, option, Start.setting(option), usual, true);
    }
}
