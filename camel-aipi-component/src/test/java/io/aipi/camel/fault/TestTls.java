/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.fault;

import io.aipi.testsupport.Certificates;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;

/** A certificate for 127.0.0.1: what a server needs of it, and a component that trusts it. */
final class TestTls {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final SSLContext server;
    private final Path trustStore;

    /** Makes one; the store of who vouches for it is in the folder. */
    TestTls(Path folder) throws Exception {
        Certificates.Authority authority = new Certificates.Authority("test");
        server = authority.server("localhost", LOOPBACK).serverContext(null);
        trustStore = authority.trustStore(folder, "trust.p12");
    }

    SSLContext forServer() {
        return server;
    }

    SSLContextParameters forClient() {
        KeyStoreParameters keys = new KeyStoreParameters();
        keys.setResource("file:" + trustStore);
        keys.setPassword(Certificates.PASSWORD);
        keys.setType("PKCS12");
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setKeyStore(keys);
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setTrustManagers(trust);
        return parameters;
    }
}
