/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One job as its model computes it. All methods can be called from any thread and at any time. */
public interface Performance {

    /**
     * The progress after some of the steps.
     *
     * @param step how many steps are done
     * @param steps of how many
     * @return the update that the worker would send
     */
    Update after(int step, int steps);

    /**
     * Computes the result, which can take a moment.
     *
     * @return the outputs of the model, among them {@code error} if the job fails
     */
    ObjectNode result();

    /**
     * A worker's progress update.
     *
     * @param progress tokens or percent
     * @param data the preview
     */
    record Update(int progress, ObjectNode data) {}
}
