namespace LocalPlatform.Functions;

/// <summary>What was found and read when the app was built; the parts of the host take from it what they need.</summary>
internal sealed record HostPlan(IReadOnlyList<FunctionDescriptor> Functions, HostJson HostJson, PlatformFile File, HostAddress Address)
{
    /// <summary>The functions with triggers of one kind.</summary>
    public IEnumerable<(FunctionDescriptor Function, T Trigger)> With<T>()
        where T : TriggerBinding => Functions.Where(f => f.Trigger is T).Select(f => (f, (T)f.Trigger));
}
