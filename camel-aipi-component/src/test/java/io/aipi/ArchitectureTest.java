/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

@AnalyzeClasses(
        packages = {"io.aipi.client", "io.aipi.camel"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule THE_CLIENT_KNOWS_NOTHING_OF_CAMEL = noClasses()
            .that()
            .resideInAPackage("io.aipi.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel..", "io.aipi.camel..");

    @ArchTest
    static final ArchRule THE_WORKINGS_OF_THE_CLIENT_ARE_ITS_OWN = noClasses()
            .that()
            .resideInAPackage("io.aipi.camel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.aipi.client.internal..");

    @ArchTest
    static final ArchRule HTTP_COMPONENTS_STAY_IN_THE_TRANSPORT = noClasses()
            .that()
            .haveNameNotMatching("io\\.aipi\\.client\\.internal\\.Http.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.hc..");

    @ArchTest
    static final ArchRule ERRORS_DEPEND_ON_NOTHING_OF_OURS = noClasses()
            .that()
            .resideInAPackage("io.aipi.client.error")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.aipi.client", "io.aipi.client.internal..", "io.aipi.camel..");

    @ArchTest
    static final ArchRule THE_SIMULATOR_IS_FOR_TESTS =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.aipi.simulator..");

    @ArchTest
    static final ArchRule NOBODY_SLEEPS = noClasses().should().callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule NOBODY_PRINTS = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
