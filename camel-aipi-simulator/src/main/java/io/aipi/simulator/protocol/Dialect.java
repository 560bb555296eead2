/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.job.Delivery;
import io.aipi.simulator.job.Look.Underway;

/** How a generation of servers words its answers. */
public sealed interface Dialect permits ServedDialect, DocumentedDialect {

    /**
     * An endpoint as servers of this generation offer it.
     *
     * @param endpoint the endpoint
     * @return the endpoint, perhaps with other names
     */
    ModelEndpoint offered(ModelEndpoint endpoint);

    /**
     * An id for a new job.
     *
     * @param count how many jobs there were, with this one
     * @return the id
     */
    String jobId(long count);

    /** A job was accepted. */
    ObjectNode accepted(ModelEndpoint asked, String jobId);

    /** The result, flat, as a held request gets it. */
    ObjectNode result(ModelEndpoint asked, Delivery delivery);

    /** A poll that brings the result. */
    ObjectNode delivered(ModelEndpoint asked, Delivery delivery);

    /** A poll after the one that brought the result. */
    ObjectNode done(ModelEndpoint asked, String jobId);

    /** A poll that finds the job queued or in processing. */
    ObjectNode underway(ModelEndpoint asked, Underway look);

    /** A poll that finds the job lapsed. */
    ObjectNode lapsed(ModelEndpoint asked, Underway look);

    /**
     * Something was refused.
     *
     * @param error the reason: a string, or a list of strings
     */
    ObjectNode refused(ModelEndpoint asked, JsonNode error);
}
