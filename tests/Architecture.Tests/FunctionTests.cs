using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>What holds for every function.</summary>
public sealed class FunctionTests
{
    private static readonly List<(MethodInfo Method, FunctionAttribute Function, HttpTriggerAttribute? Http)> Functions =
    [
        .. from type in Assemblies.Functions.GetTypes()
           from method in type.GetMethods(
               BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           let http = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
               .FirstOrDefault(trigger => trigger is not null)
           select (method, function, http),
    ];

    [Fact]
    public void Functions_and_their_classes_are_public_because_their_metadata_is_generated_from_source()
    {
        Assert.NotEmpty(Functions);
        Assemblies.AssertNone(Functions.Where(f => !f.Method.IsPublic || !f.Method.DeclaringType!.IsPublic).Select(f => f.Function.Name));
    }

    [Fact]
    public void Function_names_are_unique() =>
        Assemblies.AssertNone(Functions.GroupBy(f => f.Function.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
            .Select(same => same.Key));

    [Fact]
    public void What_moves_or_shows_data_stands_behind_the_front_doors_key_and_nothing_needs_the_master_key() => Assemblies.AssertNone(
        from f in Functions
        where f.Http is not null
        let expected = f.Http!.Route switch
        {
            { } route when route.StartsWith("ops/", StringComparison.Ordinal) || route.StartsWith("users/", StringComparison.Ordinal)
                || route.StartsWith("products", StringComparison.Ordinal) => AuthorizationLevel.Function,
            _ => AuthorizationLevel.Anonymous,
        }
        where f.Http.AuthLevel != expected
        select $"{f.Function.Name} has {f.Http.AuthLevel}, not {expected}");

    [Fact]
    public void Routes_keep_clear_of_those_that_the_host_reserves() => Assemblies.AssertNone(
        from f in Functions
        where f.Http is not null
        let first = f.Http!.Route!.Split('/')[0]
        where first is "admin" or "runtime"
        select f.Function.Name);

    /// <summary>Inside of it, every answer would be made once more for the host (<c>WrittenAnswerMiddleware</c>), and nobody would notice.</summary>
    [Fact]
    public void What_lets_go_of_written_answers_stands_around_what_writes_them()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        var calls = module.EntryPoint.Body.Instructions.Select(static step => step.Operand).OfType<MethodReference>()
            .Select(static method => method.FullName).ToList();
        int First(string name) => calls.FindIndex(call => call.Contains(name, StringComparison.Ordinal));

        Assert.InRange(First("WrittenAnswerMiddleware"), 0, First("ConfigureFunctionsWebApplication"));
    }

    [Fact]
    public void Names_of_asynchronous_results_are_tasks_the_host_can_await() => Assemblies.AssertNone(
        from f in Functions
        let result = f.Method.ReturnType
        where result == typeof(void) || result.Name.StartsWith("ValueTask", StringComparison.Ordinal)
        select $"{f.Function.Name} returns {result.Name}");

    /// <summary>The worker makes a new object for each call: what is kept in a field of it is gone at the next.</summary>
    [Fact]
    public void Classes_of_functions_hold_nothing_but_what_they_are_given() => Assemblies.AssertNone(
        from type in Functions.Select(f => f.Method.DeclaringType!).Distinct()
        where !(type.IsAbstract && type.IsSealed)
        from field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
        where !type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Any(parameter =>
            field.Name.Contains(parameter.Name!, StringComparison.OrdinalIgnoreCase) && field.FieldType == parameter.ParameterType)
        select $"{type.Name}.{field.Name}");
}
