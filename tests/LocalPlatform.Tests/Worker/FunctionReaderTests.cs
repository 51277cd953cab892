using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Tests.Worker;

/// <summary>What the worker's own build does not catch of functions that cannot run.</summary>
public class FunctionReaderTests
{
    private const string Http = """{ "name": "request", "type": "httpTrigger", "direction": "In", "route": "things/{id}" }""";

    [Fact]
    public void A_name_used_twice_names_both_places() => Assert.Equal(
        "Function name 'Twice' is used more than once: Doubles.One and Doubles.Two.",
        ProblemOf(Function("Twice", "Doubles.One", Http), Function("twice", "Doubles.Two", Http)));

    [Fact]
    public void A_trigger_of_an_unknown_kind_names_the_function() => Assert.Equal(
        "Function 'Blob' (Blobs.Run): its trigger is of a kind that does not run here.",
        ProblemOf(Function("Blob", "Blobs.Run", """{ "name": "blob", "type": "blobTrigger", "direction": "In", "path": "all" }""")));

    [Fact]
    public void A_malformed_route_names_the_function() => Assert.StartsWith(
        "Function 'Lost' (Routes.Run): the route 'x/{id' is malformed: ",
        ProblemOf(Function("Lost", "Routes.Run", """{ "name": "request", "type": "httpTrigger", "direction": "In", "route": "x/{id" }""")),
        StringComparison.Ordinal);

    [Fact]
    public void Functions_are_in_the_order_of_their_names_ignoring_case() => Assert.Equal(
        ["alpha", "Beta", "gamma"],
        Read(Function("gamma", "A.C", Http), Function("Beta", "A.B", Http), Function("alpha", "A.A", Http)).All.Select(f => f.Name));

    private static string ProblemOf(params RpcFunctionMetadata[] functions) =>
        Assert.Throws<PlatformStartException>(() => Read(functions)).Message;

    private static WorkerFunctions Read(params RpcFunctionMetadata[] functions) =>
        new FunctionReader(new SettingNames(new ConfigurationBuilder().Build())).Read(functions);

    private static RpcFunctionMetadata Function(string name, string entryPoint, string binding) =>
        new() { Name = name, EntryPoint = entryPoint, RawBindings = { binding } };
}
