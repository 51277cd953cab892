namespace LocalPlatform.Functions;

/// <summary>The app cannot start as it is written or configured. The message is for the person who starts it; each line is one problem.</summary>
public sealed class FunctionsStartupException : Exception
{
    /// <summary>One problem.</summary>
    public FunctionsStartupException(string problem)
        : this([problem])
    {
    }

    /// <summary>Several problems, told together so that they can be mended together.</summary>
    public FunctionsStartupException(IReadOnlyList<string> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Problems { get; }
}
