using LocalPlatform.Hosting;
using LocalPlatform.Settings;

namespace LocalPlatform.Tests.Settings;

public sealed class HostJsonTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "extensions": { "serviceBus": { "maxConcurrentCalls": "many" } } }""",
        "'extensions.serviceBus.maxConcurrentCalls' is 'many'")]
    [InlineData("""{ "extensions": { "serviceBus": { "autoCompleteMessages": 1 } } }""",
        "'extensions.serviceBus.autoCompleteMessages' is '1'")]
    [InlineData("""{ "functionTimeout": "soon" }""", "'functionTimeout' is 'soon'")]
    [InlineData("""{ "version": """, "is not valid JSON")]
    public void A_bad_file_is_named_with_the_value(string json, string expected)
    {
        _folder.With("host.json", json);
        var message = Assert.Throws<PlatformStartException>(() => HostJson.Load(_folder.File("host.json"))).Message;
        Assert.Contains("host.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_set_has_the_originals_default()
    {
        var file = HostJson.Load(_folder.File("host.json"));
        Assert.Equal(("api", TimeSpan.FromMinutes(30)), (file.RoutePrefix, file.FunctionTimeout));
        Assert.Equal((1000, true), (file.ServiceBus.MaxMessageBatchSize, file.ServiceBus.AutoCompleteMessages));
    }

    [Fact]
    public void A_timeout_of_minus_one_is_none()
    {
        _folder.With("host.json", """{ "functionTimeout": "-1" }""");
        Assert.Null(HostJson.Load(_folder.File("host.json")).FunctionTimeout);
    }

    [Fact]
    public void Encrypted_local_settings_are_refused_with_what_to_do()
    {
        _folder.With(LocalSettings.Name, """{ "IsEncrypted": true }""");
        var problem = Assert.Throws<PlatformStartException>(() => LocalSettings.Load(_folder.File(LocalSettings.Name)));
        Assert.EndsWith("run 'func settings decrypt' first.", problem.Message, StringComparison.Ordinal);
    }
}
