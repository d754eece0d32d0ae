using CoreNode.Hosting;

namespace CoreNode;

internal static class Program
{
    private static Task<int> Main(string[] args) => ProcessHost.RunAsync(Environment.GetCommandLineArgs()[0], args);
}
