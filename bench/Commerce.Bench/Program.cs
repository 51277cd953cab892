using BenchmarkDotNet.Running;
using Commerce.Bench;

// dotnet run -c Release --project bench/Commerce.Bench -- --filter '*Rules*' (or '*Stores*', '*App*'; '*' for all of them)
BenchmarkSwitcher.FromAssembly(typeof(RulesBenchmarks).Assembly).Run(args);
