/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates made for one run of a test: nothing that expires is kept. The JDK reads X.509 but has no public way to
 * write it, and its keytool takes a process and most of a second for each step; what is needed here is little.
 */
public final class Certificates {

    public static final String PASSWORD = "a-store-password";

    private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};
    private static final byte[] BASIC_CONSTRAINTS = {0x06, 0x03, 0x55, 0x1d, 0x13};
    private static final byte[] ALTERNATIVE_NAMES = {0x06, 0x03, 0x55, 0x1d, 0x11};
    private static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};
    private static final byte[] ECDSA_WITH_SHA256 = {
        0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
    };

    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private Certificates() {}

    /** Somebody with a key and the certificates that vouch for it, its own first. */
    public record Identity(KeyPair keys, List<X509Certificate> chain) {

        /** A key store in a file, as an application has it. */
        public Path store(Path folder, String name) throws Exception {
            return write(keyStore(), folder.resolve(name));
        }

        private KeyStore keyStore() throws Exception {
            KeyStore store = empty();
            store.setKeyEntry("key", keys.getPrivate(), PASSWORD.toCharArray(), chain.toArray(new X509Certificate[0]));
            return store;
        }

        /** What a server of this identity needs, which trusts clients that {@code clients} has vouched for; null for none. */
        public SSLContext serverContext(Authority clients) throws Exception {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keyStore(), PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(clients == null ? empty() : clients.trust());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), clients == null ? null : trust.getTrustManagers(), null);
            return context;
        }
    }

    /** Who vouches for others. */
    public static final class Authority {

        private final String name;
        private final KeyPair keys = newKeys();
        private final X509Certificate certificate;

        public Authority(String name) throws Exception {
            this.name = name;
            byte[] extensions = sequence(extension(BASIC_CONSTRAINTS, sequence(TRUE)));
            certificate = sign(name, keys.getPublic(), Duration.ofDays(-1), Duration.ofDays(1), extensions);
        }

        /** For a server of this name and address, good for a day. */
        public Identity server(String dns, byte[] address) throws Exception {
            return server(dns, address, Duration.ofDays(-1), Duration.ofDays(1));
        }

        /** For a server of this name and address, {@code from} and {@code until} from now. */
        public Identity server(String dns, byte[] address, Duration from, Duration until) throws Exception {
            byte[] names = sequence(der(0x82, dns.getBytes(StandardCharsets.US_ASCII)), der(0x87, address));
            return identity(dns, from, until, sequence(extension(ALTERNATIVE_NAMES, names)));
        }

        /** For a client. */
        public Identity client(String client) throws Exception {
            byte[] extensions = sequence(extension(BASIC_CONSTRAINTS, sequence()));
            return identity(client, Duration.ofDays(-1), Duration.ofDays(1), extensions);
        }

        private Identity identity(String subject, Duration from, Duration until, byte[] extensions) throws Exception {
            KeyPair own = newKeys();
            X509Certificate signed = sign(subject, own.getPublic(), from, until, extensions);
            return new Identity(own, List.of(signed, certificate));
        }

        /** A trust store in a file, as an application has it. */
        public Path trustStore(Path folder, String file) throws Exception {
            return write(trust(), folder.resolve(file));
        }

        private KeyStore trust() throws Exception {
            KeyStore store = empty();
            store.setCertificateEntry("authority", certificate);
            return store;
        }

        private X509Certificate sign(String subject, PublicKey key, Duration from, Duration until, byte[] extensions)
                throws Exception {
            byte[] algorithm = sequence(ECDSA_WITH_SHA256);
            byte[] toSign = sequence(
                    der(0xa0, integer(2)),
                    integer(SERIAL.getAndIncrement()),
                    algorithm,
                    name(name),
                    sequence(time(Instant.now().plus(from)), time(Instant.now().plus(until))),
                    name(subject),
                    key.getEncoded(),
                    der(0xa3, extensions));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(toSign);
            byte[] bits = concat(new byte[1], signature.sign());
            byte[] signed = sequence(toSign, algorithm, der(0x03, bits));
            Certificate read =
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
            return (X509Certificate) read;
        }
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Path write(KeyStore store, Path file) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private static byte[] name(String commonName) {
        return sequence(der(SET, sequence(COMMON_NAME, der(0x0c, commonName.getBytes(StandardCharsets.UTF_8)))));
    }

    private static byte[] extension(byte[] id, byte[] value) {
        return sequence(id, TRUE, der(0x04, value));
    }

    private static byte[] time(Instant instant) {
        String text = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").format(instant.atZone(ZoneOffset.UTC));
        return der(0x17, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] integer(long value) {
        return der(0x02, BigInteger.valueOf(value).toByteArray());
    }

    private static byte[] sequence(byte[]... parts) {
        return der(SEQUENCE, concat(parts));
    }

    /** A value with its tag and length, up to 65,535 bytes. */
    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 128
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        // DER wants the shortest form
        byte[] shortest = length >= 128 && length < 256 ? new byte[] {(byte) tag, (byte) 0x81, (byte) length} : head;
        return concat(shortest, content);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
