/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.FieldInfo;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.MethodParameterInfo;
import org.jboss.jandex.Type;

/**
 * The types whose methods are called by reflection while a route runs.
 *
 * <ul>
 *   <li>classes of options, which Camel's property binding goes into ({@code camel.component.aipi.configuration.*}), the
 *       types of their options, and the implementations of those that are interfaces, the application's own included
 *   <li>what an exchange can carry, and expressions such as <code>${exchangeProperty.CamelAipiResult.text}</code> and
 *       <code>${exception.jobId}</code> therefore ask: what type converters take, what interfaces of options take and
 *       give, every exception; and from there on whatever a public method gives
 *   <li>what is managed by JMX
 * </ul>
 *
 * <p>What Camel Quarkus finds by itself (endpoint, producer, consumer, component, configurers) may be among them.
 */
final class ReflectiveTypes {

    private static final DotName URI_PARAMS = DotName.createSimple("org.apache.camel.spi.UriParams");
    private static final DotName URI_PARAM = DotName.createSimple("org.apache.camel.spi.UriParam");
    private static final DotName METADATA = DotName.createSimple("org.apache.camel.spi.Metadata");
    private static final DotName CONVERTER = DotName.createSimple("org.apache.camel.Converter");
    private static final DotName MANAGED = DotName.createSimple("org.apache.camel.api.management.ManagedResource");

    private final IndexView artifact;
    private final IndexView application;
    private final NavigableSet<String> found = new TreeSet<>();
    private final Deque<ClassInfo> toFollow = new ArrayDeque<>();

    private ReflectiveTypes(IndexView artifact, IndexView application) {
        this.artifact = artifact;
        this.application = application;
    }

    /**
     * Their names.
     *
     * @param artifact index of the component's artifact
     * @param application index of the whole application
     */
    static NavigableSet<String> of(IndexView artifact, IndexView application) {
        return new ReflectiveTypes(artifact, application).collect();
    }

    private NavigableSet<String> collect() {
        annotated(artifact, URI_PARAMS, AnnotationTarget.Kind.CLASS)
                .forEach(target -> add(target.asClass().name()));
        annotated(artifact, MANAGED, AnnotationTarget.Kind.CLASS)
                .forEach(target -> found.add(target.asClass().name().toString()));
        annotated(artifact, URI_PARAM, AnnotationTarget.Kind.FIELD).forEach(target -> addOption(target.asField()));
        annotated(artifact, METADATA, AnnotationTarget.Kind.FIELD).forEach(target -> addOption(target.asField()));
        annotated(artifact, CONVERTER, AnnotationTarget.Kind.METHOD)
                .flatMap(target -> target.asMethod().parameters().stream())
                .map(MethodParameterInfo::type)
                .forEach(this::add);
        artifact.getKnownClasses().stream().filter(this::isThrowable).forEach(type -> add(type.name()));
        while (!toFollow.isEmpty()) {
            follow(toFollow.remove());
        }
        return found;
    }

    private static Stream<AnnotationTarget> annotated(IndexView index, DotName name, AnnotationTarget.Kind kind) {
        return index.getAnnotations(name).stream()
                .map(AnnotationInstance::target)
                .filter(target -> target.kind() == kind);
    }

    private void addOption(FieldInfo option) {
        if (Modifier.isStatic(option.flags())) {
            // a header: its name, and the type of its value in words
            AnnotationInstance metadata = option.annotation(METADATA);
            if (metadata != null && metadata.value("javaType") != null) {
                add(DotName.createSimple(metadata.value("javaType").asString()));
            }
            return;
        }
        add(option.type());
        // of an interface of Camel's, only what the component has for it: the rest is known to Camel Quarkus
        boolean ours = artifact.getClassByName(option.type().name()) != null;
        (ours ? application : artifact)
                .getAllKnownImplementations(option.type().name()).stream()
                        .filter(implementation -> !Modifier.isAbstract(implementation.flags()))
                        .forEach(implementation ->
                                found.add(implementation.name().toString()));
    }

    private void add(Type type) {
        switch (type.kind()) {
            case PARAMETERIZED_TYPE -> {
                add(type.name());
                type.asParameterizedType().arguments().forEach(this::add);
            }
            case ARRAY -> add(type.asArrayType().elementType());
            case CLASS -> add(type.name());
            default -> {}
        }
    }

    private void add(DotName name) {
        ClassInfo type = artifact.getClassByName(name);
        if (type != null && found.add(name.toString())) {
            toFollow.add(type);
        }
    }

    /** Onwards to what public methods give; of an interface, which the application may implement, also what they take. */
    private void follow(ClassInfo type) {
        if (type.superName() != null) {
            add(type.superName());
        }
        for (MethodInfo method : type.methods()) {
            if (Modifier.isPublic(method.flags()) && !Modifier.isStatic(method.flags()) && !method.isConstructor()) {
                add(method.returnType());
                if (type.isInterface()) {
                    method.parameterTypes().forEach(this::add);
                }
            }
        }
    }

    private boolean isThrowable(ClassInfo type) {
        DotName name = type.superName();
        while (name != null && artifact.getClassByName(name) != null) {
            name = artifact.getClassByName(name).superName();
        }
        if (name == null) {
            return false;
        }
        try {
            ClassLoader loader = ReflectiveTypes.class.getClassLoader();
            return Throwable.class.isAssignableFrom(Class.forName(name.toString(), false, loader));
        } catch (ClassNotFoundException optional) {
            // of a library that the application may do without; exceptions extend nothing of the kind
            return false;
        }
    }
}
