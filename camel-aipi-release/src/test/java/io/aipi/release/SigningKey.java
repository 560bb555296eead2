/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.release;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Date;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.jcajce.JcaPGPObjectFactory;
import org.bouncycastle.openpgp.operator.PGPDigestCalculator;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;
import org.bouncycastle.openpgp.operator.jcajce.JcePBESecretKeyEncryptorBuilder;

/** An OpenPGP key for one test. */
final class SigningKey {

    static final String PASSPHRASE = "thrown away";

    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private final PGPSecretKeyRing ring;

    private SigningKey(PGPSecretKeyRing ring) {
        this.ring = ring;
    }

    @SuppressWarnings("JavaUtilDate") // Bouncy Castle asks for one
    static SigningKey create() throws GeneralSecurityException, PGPException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        PGPKeyPair pair = new JcaPGPKeyPair(PGPPublicKey.RSA_GENERAL, generator.generateKeyPair(), new Date());
        PGPDigestCalculator sha1 =
                new JcaPGPDigestCalculatorProviderBuilder().build().get(HashAlgorithmTags.SHA1);
        PGPKeyRingGenerator rings = new PGPKeyRingGenerator(
                PGPSignature.POSITIVE_CERTIFICATION,
                pair,
                "Test <test@camel-aipi.example>",
                sha1,
                null,
                null,
                new JcaPGPContentSignerBuilder(PGPPublicKey.RSA_GENERAL, HashAlgorithmTags.SHA256),
                new JcePBESecretKeyEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256, sha1)
                        .setProvider(PROVIDER)
                        .build(PASSPHRASE.toCharArray()));
        return new SigningKey(rings.generateSecretKeyRing());
    }

    /** As gpg --armor --export-secret-keys writes it. */
    String armored() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (ArmoredOutputStream armor = ArmoredOutputStream.builder().build(text)) {
            ring.encode(armor);
        }
        return text.toString(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Whether it is this key's signature of this file. */
    boolean hasSigned(byte[] file, byte[] signature) throws IOException, PGPException {
        Object read =
                new JcaPGPObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(signature))).nextObject();
        PGPSignature one = ((PGPSignatureList) read).get(0);
        if (one.getKeyID() != ring.getPublicKey().getKeyID()) {
            return false;
        }
        one.init(new JcaPGPContentVerifierBuilderProvider().setProvider(PROVIDER), ring.getPublicKey());
        one.update(file);
        return one.verify();
    }
}
