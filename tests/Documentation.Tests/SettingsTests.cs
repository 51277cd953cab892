using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;

namespace Documentation.Tests;

/// <summary>The table of settings in docs/operations.md, compared with the code both ways.</summary>
public partial class SettingsTests
{
    private static readonly Dictionary<string, string> Described = DescribedSettings();
    private static readonly Dictionary<string, object?> Known = OptionSettings().Concat(NamedSettings()).ToDictionary();

    [Fact]
    public void Every_setting_of_the_code_is_described_and_the_reverse() =>
        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), Described.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Defaults_are_those_of_the_code()
    {
        var wrong = Known
            .Where(setting => setting.Value is not null)
            .Where(setting => Described.GetValueOrDefault(setting.Key) != Convert.ToString(setting.Value, CultureInfo.InvariantCulture))
            .Select(setting => $"{setting.Key} is {setting.Value}, described as {Described.GetValueOrDefault(setting.Key)}");

        Assert.Empty(wrong);
    }

    /// <summary>Options classes say their section in a constant; their properties are its settings.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> OptionSettings() =>
        from type in typeof(CommerceDatabase).Assembly.GetTypes()
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        let defaults = Activator.CreateInstance(type)
        from property in type.GetProperties()
        where property.SetMethod is not null
        let value = property.GetValue(defaults)
        select KeyValuePair.Create($"{section}:{property.Name}", value is ValueType ? value : null);

    /// <summary>Settings that are read one by one have their name in a constant that ends in Setting.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> NamedSettings() =>
        from type in typeof(CommerceDatabase).Assembly.GetTypes()
        from field in type.GetFields(BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)
        where field is { IsLiteral: true } && field.Name.EndsWith("Setting", StringComparison.Ordinal)
        let name = (string)field.GetRawConstantValue()!
        // In capitals: names of the platform and of libraries, which are described in a table of their own.
        where name.Any(char.IsLower)
        select KeyValuePair.Create(name, (object?)null);

    private static Dictionary<string, string> DescribedSettings()
    {
        var text = Repository.Read("docs/operations.md");
        var table = text[text.IndexOf("<!-- settings -->", StringComparison.Ordinal)..text.IndexOf("<!-- /settings -->",
            StringComparison.Ordinal)];
        return Row().Matches(table).ToDictionary(row => row.Groups["name"].Value, row => row.Groups["default"].Value);
    }

    [GeneratedRegex(@"^\| `(?<name>[\w:]+)` \| `?(?<default>[^`|]+?)`? \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
