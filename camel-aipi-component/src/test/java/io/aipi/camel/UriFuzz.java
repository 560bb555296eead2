/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.internal.http.TransportRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;

/** Whatever stands behind {@code aipi:}, it makes an endpoint or is refused, and its name leads no request elsewhere. */
public final class UriFuzz {

    private static final int KEPT_ENDPOINTS = 1_000;

    private static DefaultCamelContext context;
    private static int made;

    private UriFuzz() {}

    /** Called by the fuzzer. */
    public static synchronized void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        checkSegment(text);
        // that a URI can name classes and look up properties is Camel's, and meant
        if (text.contains("#") || text.contains("{{")) {
            return;
        }
        try {
            Endpoint endpoint = context().getEndpoint("aipi:" + text);
            if (endpoint instanceof AipiEndpoint ours) {
                check(ours);
            } else {
                throw new AssertionError("made " + endpoint);
            }
        } catch (ResolveEndpointFailedException | NoSuchEndpointException | IllegalArgumentException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a reason", refused);
            }
        }
    }

    private static void check(AipiEndpoint endpoint) {
        checkSegment(endpoint.getEndpointName());
        if (endpoint.getEndpointName().isBlank()) {
            throw new AssertionError("an endpoint without a name");
        }
        endpoint.getConfiguration().jobOptions();
        endpoint.getConfiguration().connectionOptions(null);
    }

    private static void checkSegment(String text) {
        String segment = TransportRequest.segment(text);
        if (!segment.matches("[A-Za-z0-9%*_-]*")) {
            throw new AssertionError("no segment: " + segment);
        }
        // of half a surrogate pair there is no UTF-8
        String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        if (!URLDecoder.decode(segment, StandardCharsets.UTF_8).equals(wellFormed)) {
            throw new AssertionError("another segment: " + segment);
        }
        URI.create("http://server/" + segment + "/progress");
    }

    private static CamelContext context() {
        if (context == null || ++made > KEPT_ENDPOINTS) {
            DefaultCamelContext fresh = new DefaultCamelContext();
            AipiComponent component = new AipiComponent();
            component.getConfiguration().setServerUrl("http://server");
            fresh.addComponent("aipi", component);
            fresh.build();
            context = fresh;
            made = 0;
        }
        return context;
    }
}
