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
import io.aipi.simulator.job.PollResult.Underway;
import java.util.List;

/** How a generation of servers words its responses, and what else it does in its own way. */
public sealed interface Dialect permits ServedDialect, FormerDialect, DocumentedDialect {

    /** How clients log in. */
    enum Login {
        /** At {@code /login}, with the endpoint and the key as parameters. */
        SHARED_ROUTE,
        /** At {@code /<endpoint>/login?key=}. */
        KEY,
        /** At {@code /<endpoint>/login?user=&key=}, both required. */
        USER_AND_KEY
    }

    /**
     * How clients log in.
     *
     * @return the way
     */
    Login login();

    /**
     * Whether the server has the routes under {@code /api}.
     *
     * @return true if it describes its endpoints
     */
    boolean describesEndpoints();

    /**
     * Whether a session key is good for submits to the endpoint of its login only.
     *
     * @return false if it is good for all
     */
    boolean bindsSessions();

    /**
     * Whether a submit may carry an API key instead of a session key, and whether no session key is needed for progress.
     *
     * @return false if all but logins ask for a session key
     */
    boolean worksWithoutSessions();

    /**
     * Whether a held request that is given up costs the server a worker.
     *
     * @return false if the result can be polled for
     */
    boolean losesWorkersToAbandonedRequests();

    /**
     * Whether answers say that web pages of other origins may read them.
     *
     * @return true if they do
     */
    boolean allowsOtherOrigins();

    /**
     * What a submit with parameters is told that the endpoint does not have.
     *
     * @param names the parameters, at least one
     * @return the errors
     */
    List<String> unknownParameters(List<String> names);

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
    ObjectNode underway(ModelEndpoint asked, Underway poll);

    /** A poll that finds the job lapsed. */
    ObjectNode lapsed(ModelEndpoint asked, Underway poll);

    /**
     * Something was refused.
     *
     * @param error the reason: a string, or a list of strings
     */
    ObjectNode refused(ModelEndpoint asked, JsonNode error);
}
