/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

/** A handler's place for a job that is on its way to it. */
public final class Place {

    private final HandlerSlots.Slot slot;

    Place(HandlerSlots.Slot slot) {
        this.slot = slot;
    }

    HandlerSlots.Slot slot() {
        return slot;
    }
}
