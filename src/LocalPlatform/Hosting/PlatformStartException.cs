namespace LocalPlatform.Hosting;

/// <summary>
/// The app cannot start as it is written or configured. The message is for the person who starts it; each line is one problem.
/// </summary>
internal sealed class PlatformStartException : Exception
{
    /// <summary>One problem.</summary>
    public PlatformStartException(string problem)
        : base(problem)
    {
    }

    /// <summary>Several problems, told together so that they can be mended together.</summary>
    public PlatformStartException(IEnumerable<string> problems)
        : base(string.Join(Environment.NewLine, problems))
    {
    }
}
