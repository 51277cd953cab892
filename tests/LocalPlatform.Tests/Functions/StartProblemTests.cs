using LocalPlatform.Functions;
using LocalPlatform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace LocalPlatform.Tests.Functions;

public sealed class StartProblemTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_used_twice_names_both_places() =>
        Assert.Equal("Function name 'Twice' is used more than once: Doubles.One and Doubles.Two.", ProblemOf(typeof(Doubles)));

    [Fact]
    public void A_missing_trigger_names_the_function() =>
        Assert.Equal(
            "Function 'NoTrigger' (Triggerless.Run) has no trigger: one of its parameters needs a trigger attribute.", ProblemOf(typeof(Triggerless)));

    [Fact]
    public void A_parameter_that_cannot_be_bound_is_named() =>
        Assert.Contains("Function 'Odd' (", ProblemOf(typeof(OddParameter)), StringComparison.Ordinal);

    [Fact]
    public void A_route_parameter_that_the_route_lacks_is_named() =>
        Assert.Contains("the parameter 'missing' of type String cannot be bound", ProblemOf(typeof(LostRoute)), StringComparison.Ordinal);

    [Fact]
    public void A_missing_setting_is_named_with_its_function() =>
        Assert.Equal(
            "Function 'Placeholder' (NeedsSetting.Run): The setting 'Queue:Name' is missing; '%Queue:Name%' names it.", ProblemOf(typeof(NeedsSetting)));

    [Fact]
    public void Two_functions_on_one_route_and_method_are_named() =>
        Assert.Equal("Functions 'First' and 'Second' both answer GET 'things/{other}'.", ProblemOf(typeof(SameRoute)));

    [Fact]
    public void A_malformed_schedule_is_named() =>
        Assert.Contains("'every day' is neither six NCRONTAB fields", ProblemOf(typeof(BadSchedule)), StringComparison.Ordinal);

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problem = Assert.Throws<FunctionsStartupException>(() => FunctionsHost.Build([typeof(Doubles), typeof(Triggerless)], _folder));
        Assert.Equal(2, problem.Problems.Count);
    }

    [Theory]
    [InlineData("""{ "extensions": { "serviceBus": { "maxConcurrentCalls": "many" } } }""", "'extensions.serviceBus.maxConcurrentCalls' is 'many'")]
    [InlineData("""{ "functionTimeout": "soon" }""", "'functionTimeout' is 'soon'")]
    [InlineData("""{ "version": """, "is not valid JSON")]
    public void A_bad_host_json_names_file_and_value(string json, string expected)
    {
        _folder.With("host.json", json);
        var message = Assert.Throws<FunctionsStartupException>(() => FunctionsHost.Build([typeof(Fine)], _folder)).Message;
        Assert.Contains("host.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_host_on_the_folder_is_told_so()
    {
        await using var first = FunctionsHost.Build([typeof(Fine)], _folder);
        var problem = Assert.Throws<DataDirectoryInUseException>(() => FunctionsHost.Build([typeof(Fine)], _folder));
        Assert.Contains(_folder.File("data"), problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    private string ProblemOf(Type type) => Assert.Throws<FunctionsStartupException>(() => FunctionsHost.Build([type], _folder)).Message;

    public static class Fine
    {
        [Function("Fine")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => request.HttpContext.Response.StatusCode = 204;
    }

    public static class Doubles
    {
        [Function("Twice")]
        public static void One([HttpTrigger(AuthorizationLevel.Anonymous, Route = "one")] HttpRequest request) => _ = request;

        [Function("twice")]
        public static void Two([HttpTrigger(AuthorizationLevel.Anonymous, Route = "two")] HttpRequest request) => _ = request;
    }

    public static class Triggerless
    {
        [Function("NoTrigger")]
        public static void Run(HttpRequest request) => _ = request;
    }

    public static class OddParameter
    {
        [Function("Odd")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, TextWriter writer) => _ = (request, writer);
    }

    public static class LostRoute
    {
        [Function("Lost")]
        public static void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "x/{id}")] HttpRequest request, string missing) =>
            _ = (request, missing);
    }

    public static class NeedsSetting
    {
        [Function("Placeholder")]
        public static void Run([ServiceBusTrigger("%Queue:Name%")] string message) => _ = message;
    }

    public static class SameRoute
    {
        [Function("First")]
        public static void One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id}")] HttpRequest request) => _ = request;

        [Function("Second")]
        public static void Two([HttpTrigger(AuthorizationLevel.Anonymous, "get", "put", Route = "things/{other}")] HttpRequest request) => _ = request;
    }

    public static class BadSchedule
    {
        [Function("Bad")]
        public static void Run([TimerTrigger("every day")] TimerInfo timer) => _ = timer;
    }
}
