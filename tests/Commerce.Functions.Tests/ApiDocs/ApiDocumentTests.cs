using System.Text;
using System.Text.Json.Nodes;
using Commerce.Functions.ApiDocs;

namespace Commerce.Functions.Tests.ApiDocs;

public class ApiDocumentTests
{
    [Theory]
    [InlineData("200", "200")]
    [InlineData("-1", "-1")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("0.5", "0.5")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("", "null")]
    [InlineData("85123A", "\"85123A\"")]
    [InlineData("'17850'", "\"17850\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("3.1.0", "\"3.1.0\"")]
    [InlineData("yes", "\"yes\"")]
    public void A_plain_scalar_means_what_yaml_1_2_says(string yaml, string json) =>
        Assert.Equal($$"""{"value":{{json}}}""", Convert($"value: {yaml}"));

    [Fact]
    public void An_alias_stands_for_a_copy_of_its_anchor() =>
        Assert.Equal("""{"a":[{"b":1}],"c":[{"b":1}]}""", Convert("a: &x\n  - { b: 1 }\nc: *x"));

    [Fact]
    public void The_json_is_the_yaml()
    {
        var document = JsonNode.Parse(ApiDocument.Json)!;

        Assert.Equal("3.1.0", document["openapi"]!.GetValue<string>());
        Assert.Equal(
            "17850", document["components"]!["parameters"]!["UserId"]!["example"]!.GetValue<string>());
    }

    private static string Convert(string yaml) => ApiDocument.Convert(Encoding.UTF8.GetBytes(yaml))!.ToJsonString();
}
