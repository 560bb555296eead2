/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import io.aipi.simulator.endpoint.ModelEndpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the route for a request, and puts failures into the words of the server's web framework. */
public final class Router {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final Set<String> METHODS = Set.of("GET", "POST", "HEAD");

    private final ServerContext context;
    private final Map<String, Route> routes = new HashMap<>();

    /**
     * The routes of a server.
     *
     * @param context what they share
     */
    public Router(ServerContext context) {
        this.context = context;
        for (ModelEndpoint endpoint : context.endpoints()) {
            routes.put("/" + endpoint.name(), new SubmitRoute(context, endpoint));
            routes.put("/" + endpoint.name() + "/progress", new ProgressRoute(context, endpoint));
        }
        addLogin(new LoginModes(context));
        if (context.dialect().describesEndpoints()) {
            addDescriptions(new ApiRoutes(context));
        }
    }

    private void addLogin(LoginModes login) {
        if (context.dialect().login() == Dialect.Login.SHARED_ROUTE) {
            routes.put("/login", login::shared);
            return;
        }
        for (ModelEndpoint endpoint : context.endpoints()) {
            routes.put("/" + endpoint.name() + "/login", request -> login.atEndpoint(endpoint, request));
        }
    }

    private void addDescriptions(ApiRoutes api) {
        for (ModelEndpoint endpoint : context.endpoints()) {
            routes.put("/api/endpoints/" + endpoint.name(), request -> api.describe(endpoint));
        }
        routes.put("/api/endpoints", api::endpoints);
        routes.put("/api/validate_key", api::validateKey);
        routes.put("/stream_progress", api::streamProgress);
    }

    /**
     * Replies to a request. Never throws.
     *
     * @param request the request
     * @return the reply
     */
    public Reply reply(Request request) {
        try {
            return dispatch(request);
        } catch (FrameworkError e) {
            return e.responseTo(request);
        } catch (RuntimeException e) {
            LOG.error("The simulator failed over a request to {}", request.path(), e);
            return FrameworkError.internal().responseTo(request);
        }
    }

    private Reply dispatch(Request request) {
        String path = withoutTrailingSlash(request.path());
        Route route = routes.get(path);
        context.metrics().requested(route == null ? "other" : path);
        if (route == null) {
            throw new FrameworkError(404, "Requested URL " + request.path() + " not found");
        }
        if (request.method().equals("OPTIONS")) {
            return Response.preflight();
        }
        if (!METHODS.contains(request.method())) {
            return new FrameworkError(405, "Method " + request.method() + " not allowed for URL " + request.path())
                    .responseTo(request)
                    .withHeader("Allow", "POST, HEAD, OPTIONS, GET");
        }
        return route.reply(request);
    }

    private static String withoutTrailingSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
