/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.report;

import static io.aipi.camel.benchmarks.plan.ClientKind.AIPI;
import static io.aipi.camel.benchmarks.plan.ClientKind.JDK;
import static io.aipi.camel.benchmarks.report.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class SvgTest {

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void wordsMayHaveCharactersThatXmlHasAMeaningFor() throws Exception {
        Document svg =
                parsed(new Svg(10, 10).words(1, 2, "start", "a < b & \"c\" > d").toString());

        assertThat(svg.getElementsByTagName("text").item(0).getTextContent()).isEqualTo("a < b & \"c\" > d");
    }

    @Test
    void aBarHasTheLengthOfItsFigureAndWhatIsNotKnownHasNone() throws Exception {
        Document svg = parsed(BarPlot.of(
                "polls",
                List.of(row("a", AIPI, 5, 1), row("a", JDK, 10, 1), row("b", JDK, Double.NaN, 1)),
                Row::polls,
                1));

        assertThat(svg.getElementsByTagName("rect").getLength())
                .as("the ground and two bars")
                .isEqualTo(3);
        assertThat(width(svg, 1)).isEqualTo(width(svg, 2) / 2);
    }

    private static double width(Document svg, int rectangle) {
        return Double.parseDouble(svg.getElementsByTagName("rect")
                .item(rectangle)
                .getAttributes()
                .getNamedItem("width")
                .getNodeValue());
    }

    @Test
    void aCurveHasADotForEachFigureOfEachPoint() throws Exception {
        Document svg = parsed(CurvePlot.of(List.of(
                row("curve-100", AIPI, 4, 100),
                row("curve-100", JDK, 12, 90),
                row("curve-200", JDK, 6, 180),
                row("curve-300", JDK, 4, Double.NaN))));

        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(6);
    }

    @Test
    void aPlotOfNothingIsADrawing() throws Exception {
        assertThat(parsed(BarPlot.of("nothing", List.of(), Row::polls, 1))
                        .getDocumentElement()
                        .getTagName())
                .isEqualTo("svg");
    }
}
