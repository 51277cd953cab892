using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Shared.Orders;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Durable;

/// <summary>
/// A task hub that runs the app's orchestrators as they are, with the genuine worker and client: histories, replays, retries, timers and
/// events. Activities are what a test says for its instance.
/// </summary>
public sealed class TaskHub : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>The worker has to know what an orchestrator will read its input as; in the app the functions worker does.</summary>
    private static readonly Dictionary<string, Type> Inputs = new()
    {
        [PlaceOrderOrchestrator.Name] = typeof(OrderWork),
        [CancelOrderOrchestrator.Name] = typeof(OrderWork),
        [RedeliveryOrchestrator.Name] = typeof(RedeliveryRun),
        [PurgeOrchestrator.Name] = typeof(object),
    };

    private readonly ConcurrentDictionary<string, Func<string, object?, Task<object?>>> _activities = new();
    private DurableTaskTestHost? _host;

    public DurableTaskClient Client => _host!.Client;

    public async ValueTask InitializeAsync()
    {
        // The host of the backend writes a line for each call.
        Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "None");
        var functions = typeof(Commerce.Functions.Durable.Retries).Assembly.GetExportedTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Where(static method => method.GetCustomAttribute<FunctionAttribute>() is not null)
            .ToList();
        _host = await DurableTaskTestHost.StartAsync(
            registry =>
            {
                foreach (var function in functions)
                    Register(registry, function, function.GetCustomAttribute<FunctionAttribute>()!.Name);
            },
            new DurableTaskTestHostOptions { Port = FindFreePort(), LoggerFactory = NullLoggerFactory.Instance });
    }

    public ValueTask DisposeAsync() => _host!.DisposeAsync();

    /// <summary>Says what the activities of an instance do, by their names.</summary>
    public void Serve(string instanceId, Func<string, object?, Task<object?>> activities) => _activities[instanceId] = activities;

    /// <summary>As the activities of an object, which bear their functions' names, do it.</summary>
    public static async Task<object?> CallAsync(object activities, string name, object? input)
    {
        var method = activities.GetType().GetMethod(name)!;
        object?[] arguments =
            [.. method.GetParameters().Select((parameter, i) => i == 0 ? input : parameter.ParameterType == typeof(CancellationToken)
                ? (object)CancellationToken.None
                : throw new NotSupportedException($"{name} asks for {parameter.Name}."))];
        var task = (Task)method.Invoke(activities, arguments)!;
        await task;
        return task.GetType().GetProperty("Result")!.GetValue(task);
    }

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input, string instanceId)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId));
        return await EndAsync(instanceId);
    }

    public async Task<OrchestrationMetadata> EndAsync(string instanceId)
    {
        using var stop = new CancellationTokenSource(Deadline);
        return await Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, stop.Token);
    }

    private void Register(DurableTaskRegistry registry, MethodInfo function, string name)
    {
        var trigger = function.GetParameters()[0];
        if (trigger.IsDefined(typeof(OrchestrationTriggerAttribute)))
            registry.AddOrchestrator(name, new Orchestrator(function, Inputs[name]));
        else if (trigger.IsDefined(typeof(ActivityTriggerAttribute)))
            registry.AddActivity(name, new Activity(this, name, trigger.ParameterType));
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Orchestrator(MethodInfo function, Type inputType) : ITaskOrchestrator
    {
        public Type InputType => inputType;

        public Type OutputType => typeof(object);

        public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
        {
            var run = (Task)function.Invoke(null, [context])!;
            await run;
            return function.ReturnType.IsGenericType ? run.GetType().GetProperty("Result")!.GetValue(run) : null;
        }
    }

    private sealed class Activity(TaskHub hub, string name, Type inputType) : ITaskActivity
    {
        public Type InputType => inputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskActivityContext context, object? input) =>
            hub._activities.TryGetValue(context.InstanceId, out var activities)
                ? activities(name, input)
                : throw new InvalidOperationException($"Nobody serves {context.InstanceId}.");
    }
}
