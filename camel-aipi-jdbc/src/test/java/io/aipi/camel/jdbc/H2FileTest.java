/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** As it is used; in every build {@link H2MemoryTest} has the same without the disk. */
@Tag("nightly")
class H2FileTest extends JdbcJobRepositoryTest {

    @TempDir
    private static Path folder;

    @Override
    TestDatabase open() {
        return TestDatabase.h2In(folder);
    }
}
