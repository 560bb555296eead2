/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.quarkus.bootstrap.classloading.QuarkusClassLoader;
import io.quarkus.bootstrap.model.ApplicationModel;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.ApplicationArchivesBuildItem;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.ExtensionSslNativeSupportBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.nativeimage.NativeImageResourceBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.RuntimeInitializedClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;
import io.quarkus.deployment.pkg.NativeConfig;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.maven.dependency.ResolvedDependency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.camel.quarkus.core.CamelConfig;
import org.apache.camel.quarkus.core.deployment.spi.CamelSerializationBuildItem;
import org.apache.camel.quarkus.core.deployment.spi.CamelServiceDestination;
import org.apache.camel.quarkus.core.deployment.spi.CamelServicePatternBuildItem;

/**
 * The build steps of the extension.
 *
 * <p>Camel Quarkus itself indexes the artifact, as it has Camel's service files, makes the component, loads the type
 * converters, and registers what implements the interfaces of Camel's core. What follows is what it cannot know.
 */
class AipiProcessor {

    static final String FEATURE = "camel-aipi";

    /** Whose classes the component uses in a way of its own: the asynchronous client, which no extension looks after. */
    private static final String HTTP_COMPONENTS = "org.apache.httpcomponents.";

    private static final String COMPONENT_SERVICES = "META-INF/services/org/apache/camel/component/";

    private static final String METERS = "io.micrometer.core.instrument.MeterRegistry";
    private static final String SPANS = "org.apache.camel.telemetry.Span";

    /** Whether a native image is asked for, or what one is made from. */
    static final class NativeImage implements BooleanSupplier {

        private final NativeConfig config;

        NativeImage(NativeConfig config) {
            this.config = config;
        }

        @Override
        public boolean getAsBoolean() {
            return config.enabled();
        }
    }

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem(FEATURE);
    }

    /** Servers are reached over HTTPS: the image gets TLS. */
    @BuildStep
    ExtensionSslNativeSupportBuildItem ssl() {
        return new ExtensionSslNativeSupportBuildItem(FEATURE);
    }

    @BuildStep
    IndexDependencyBuildItem index() {
        return new IndexDependencyBuildItem(AipiArtifact.GROUP_ID, AipiArtifact.ARTIFACT_ID);
    }

    /** Services of every kind are found, also of those that Camel Quarkus does not look for, such as dev consoles. */
    @BuildStep
    CamelServicePatternBuildItem services(ApplicationArchivesBuildItem archives) {
        List<String> services = AipiArtifact.find(archives).services().stream()
                // the component itself is bound to the registry
                .filter(path -> !path.startsWith(COMPONENT_SERVICES))
                .toList();
        return new CamelServicePatternBuildItem(CamelServiceDestination.DISCOVERY, true, services);
    }

    @BuildStep
    ReflectiveClassBuildItem reflection(ApplicationArchivesBuildItem archives, CombinedIndexBuildItem application) {
        return ReflectiveClassBuildItem.builder(
                        ReflectiveTypes.of(AipiArtifact.find(archives).index(), application.getIndex()))
                .methods()
                .reason(FEATURE)
                .build();
    }

    @BuildStep
    NativeImageResourceBuildItem resources(ApplicationArchivesBuildItem archives, CamelConfig config) {
        boolean catalog = config.runtimeCatalog().components();
        return new NativeImageResourceBuildItem(AipiArtifact.find(archives).resources().stream()
                .filter(path -> catalog || !path.endsWith(".json"))
                .toList());
    }

    /** The component asks by name whether there are meters and spans; camel-telemetry finds what a span says as a service. */
    @BuildStep(onlyIf = NativeImage.class)
    void telemetry(BuildProducer<ReflectiveClassBuildItem> classes, BuildProducer<ServiceProviderBuildItem> services) {
        for (String name : List.of(METERS, SPANS)) {
            if (QuarkusClassLoader.isClassPresentAtRuntime(name)) {
                classes.produce(
                        ReflectiveClassBuildItem.builder(name).reason(FEATURE).build());
            }
        }
        if (QuarkusClassLoader.isClassPresentAtRuntime(SPANS)) {
            services.produce(new ServiceProviderBuildItem(SPANS + "Decorator", "io.aipi.camel.AipiSpanDecorator"));
        }
    }

    @BuildStep(onlyIf = NativeImage.class)
    void runtimeInitialized(
            CurateOutcomeBuildItem outcome,
            ApplicationArchivesBuildItem archives,
            BuildProducer<RuntimeInitializedClassBuildItem> classes) {
        StaticState.of(AipiArtifact.find(archives).classes(), httpComponents(outcome.getApplicationModel()))
                .forEach(name -> classes.produce(new RuntimeInitializedClassBuildItem(name)));
    }

    private static Collection<byte[]> httpComponents(ApplicationModel model) {
        List<byte[]> classes = new ArrayList<>();
        for (ResolvedDependency dependency : model.getRuntimeDependencies()) {
            if (dependency.getGroupId().startsWith(HTTP_COMPONENTS)) {
                dependency.getContentTree().walk(visit -> {
                    if (visit.getPath().toString().endsWith(".class")) {
                        try {
                            classes.add(Files.readAllBytes(visit.getPath()));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                });
            }
        }
        return classes;
    }

    /** A job repository stores exchanges in serialised form, as Camel's aggregator does. */
    @BuildStep
    CamelSerializationBuildItem serialization() {
        return new CamelSerializationBuildItem();
    }

    /** What the component keeps of messages beyond what Camel Quarkus registers for all serialised exchanges. */
    @BuildStep(onlyIf = NativeImage.class)
    ReflectiveClassBuildItem storedValues(ApplicationArchivesBuildItem archives) {
        return ReflectiveClassBuildItem.serializationClass(
                StoredValues.of(AipiArtifact.find(archives).classes()).toArray(String[]::new));
    }
}
