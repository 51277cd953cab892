using System.Text.RegularExpressions;

namespace Documentation.Tests;

/// <summary>Holds the table of <c>docs/requirements.md</c> to the code: the files and tests that it names are there.</summary>
public partial class TraceabilityTests
{
    private const int RequirementsMax = 20;

    private static readonly string Text = Repository.Read("docs/requirements.md");

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();

    [Fact]
    public void Every_requirement_has_a_row_with_a_place_in_the_code_and_a_test()
    {
        var rows = Rows().ToDictionary(cells => cells[0].Trim('*'));
        for (var number = 1; number <= RequirementsMax; number++)
        {
            var row = Assert.Contains($"R{number}", (IDictionary<string, string[]>)rows);
            Assert.NotEmpty(Markdown.Links(row[2]));
            Assert.True(TestName().IsMatch(row[3]) || row[3] == "the rows above", $"R{number} names no test");
        }
    }

    [Fact]
    public void Every_test_named_exists()
    {
        var tests = TestName().Matches(Text).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).Distinct()
            .ToList();
        var sources = Repository.Files("tests", ".cs").Select(Repository.Read).ToList();

        Assert.NotEmpty(tests);
        Assert.DoesNotContain(tests, test => !sources.Exists(source => Declares(source, test.Class, test.Method)));
    }

    private static bool Declares(string source, string className, string method) =>
        Regex.IsMatch(source, $@"\bclass {className}\b") && Regex.IsMatch(source, $@"\b{method}\(");

    private static IEnumerable<string[]> Rows() => Markdown.TableRows(Text).Where(cells => Regex.IsMatch(cells[0], @"^\**R\d+\**$"));
}
