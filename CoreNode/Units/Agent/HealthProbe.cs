using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using CoreNode.Units.Model;

namespace CoreNode.Units.Agent;

/// <summary>
/// Runs the command of HealthExec= and asks the URL of HealthHTTP=. The command runs as the node itself, its output is
/// dropped; of an answer only the status counts. Any thread.
/// </summary>
public sealed class HealthProbe : IHealthProbe
{
    private const int MostHeadBytes = 256;
    private static readonly string[] s_shell = ["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh"];

    /// <inheritdoc/>
    public async Task<string> CheckAsync(
        string unit, UnitRequirements requirements, TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            string complaint = "";
            if (requirements.HealthExec.Length > 0)
                complaint = await RunAsync(requirements.HealthExec, limit.Token);
            if (complaint.Length == 0 && requirements.HealthHttp.Length > 0)
                complaint = await AskAsync(requirements.HealthHttp, limit.Token);
            return complaint;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer after {timeout.TotalSeconds} s");
        }
        catch (Exception fault) when (fault is Win32Exception or SocketException or IOException
            or System.Security.Authentication.AuthenticationException)
        {
            return fault.Message;
        }
    }

    private static async Task<string> RunAsync(string command, CancellationToken cancellation)
    {
        List<string> words = Words(command);
        if (words.Count == 0)
            return "HealthExec= names no program";
        // The shell takes the output away, so that nothing waits for what the command leaves running.
        ProcessStartInfo start = new("/bin/sh", [.. s_shell, .. words]);
        using Process process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{words[0]} ended with {process.ExitCode}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    // Words between spaces; quotes keep spaces, a backslash the character after it (systemd.syntax(7)).
    private static List<string> Words(string command)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            char c = command[i];
            if (c == '\\' && quote != '\'' && i + 1 < command.Length)
            {
                (word ??= new StringBuilder()).Append(command[++i]);
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
                word ??= new StringBuilder();
            }
            else if (quote == '\0' && c is ' ' or '\t')
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    private static async Task<string> AskAsync(string address, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            return $"HealthHTTP={address} is no http or https URL";
        using TcpClient client = new();
        await client.ConnectAsync(url.Host, url.Port, cancellation);
        Stream stream = client.GetStream();
#pragma warning disable CA5359 // It is asked whether it serves, not who it is.
        await using SslStream? secure = url.Scheme == "https"
            ? new SslStream(stream, leaveInnerStreamOpen: true, static (_, _, _, _) => true)
            : null;
#pragma warning restore CA5359
        if (secure is not null)
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = url.Host }, cancellation);
        }

        Stream connection = secure ?? stream;
        string request =
            $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUser-Agent: corenode\r\n"
            + "Connection: close\r\n\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
        string line = await ReadLineAsync(connection, cancellation);
        bool isHttp = line.StartsWith("HTTP/1.", StringComparison.Ordinal) && line.Length >= 12;
        if (!isHttp)
            return $"{address} does not answer in HTTP";
        return line[9] is '2' or '3' ? "" : $"{address} answers {line[9..]}";
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] head = new byte[MostHeadBytes];
        int length = 0;
        while (length < head.Length && !head.AsSpan(0, length).Contains((byte)'\n'))
        {
            int count = await stream.ReadAsync(head.AsMemory(length), cancellation);
            if (count == 0)
                break;
            length += count;
        }

        string text = Encoding.ASCII.GetString(head, 0, length);
        int end = text.IndexOfAny(['\r', '\n']);
        return end < 0 ? text : text[..end];
    }
}
