/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import io.aipi.camel.benchmarks.plan.PeerKind;

/** Makes peers. */
final class Peers {

    private Peers() {}

    /** A started peer, logged in. */
    static Peer create(PeerKind kind, Site site) throws Exception {
        return switch (kind) {
            case AIPI, AIPI_HELD -> new ComponentPeer(site, kind.isHeld());
            case CAMEL_HTTP_POLL, CAMEL_HTTP_HELD -> new CamelHttpPeer(site, kind.isHeld());
            case HTTPCOMPONENTS, HTTPCOMPONENTS_HELD -> new HttpComponentsPeer(site, kind.isHeld());
            case JDK -> new JdkPeer(site);
        };
    }
}
