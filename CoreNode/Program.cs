using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Cli;
using CoreNode.Platform;

namespace CoreNode;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using Stream input = Console.OpenStandardInput();
        await using StreamWriter output = Utf8(Console.OpenStandardOutput(), isAutoFlushed: false);
        await using StreamWriter error = Utf8(Console.OpenStandardError(), isAutoFlushed: true);
        var host = new CliHost
        {
            RunNode = (_, _) => NoNodeAsync(error),
            Input = input,
            IsInputRedirected = Console.IsInputRedirected,
            Output = output,
            Error = error,
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            Environment = Environment.GetEnvironmentVariable,
            Build = ReadBuild(),
            SendSignal = ProcessSignals.Send,
        };
        return await CommandLine.RunAsAsync(Environment.GetCommandLineArgs()[0], args, host);
    }

    private static StreamWriter Utf8(Stream stream, bool isAutoFlushed) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = isAutoFlushed };

    private static async Task<int> NoNodeAsync(TextWriter error)
    {
        await error.WriteLineAsync("this build has no supervisor: `corenode node` cannot run");
        return 2;
    }

    private static BuildInfo ReadBuild()
    {
        // The SDK writes version+commit into the informational version where the build sets SourceRevisionId.
        string text = typeof(Program).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        string[] parts = text.Split('+', 2);
        string kind = RuntimeFeature.IsDynamicCodeCompiled ? "managed" : "native";
        return new BuildInfo(
            parts[0],
            parts.Length > 1 ? parts[1] : "unknown",
            RuntimeInformation.FrameworkDescription,
            $"{kind} {RuntimeInformation.RuntimeIdentifier}");
    }
}
