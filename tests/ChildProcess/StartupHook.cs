/// <summary>
/// What the runtime calls before the entry point of a process that names this assembly in DOTNET_STARTUP_HOOKS: only the child
/// processes of the kill tests do. The runtime finds the class by this name, outside of any namespace.
/// </summary>
#pragma warning disable CA1050 // As above.
internal static class StartupHook
#pragma warning restore CA1050
{
    public static void Initialize() => ChildProcess.TakeRole();
}
