using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli.Units;

/// <summary>
/// A real sshd on a loopback port, for this user and a key made for it, and a program that calls ssh with that key.
/// </summary>
internal sealed class SshServer : IDisposable
{
    private const string Program = "/usr/sbin/sshd";

    private readonly Process _process;

    private SshServer(Process process, int port, string client, string strictClient)
    {
        _process = process;
        Port = port;
        Client = client;
        StrictClient = strictClient;
    }

    public int Port { get; }

    /// <summary>A program to be called in place of ssh.</summary>
    public string Client { get; }

    /// <summary>Another one: host keys are its caller's business, and what it asks is answered with yes.</summary>
    public string StrictClient { get; }

    public string Target => string.Create(CultureInfo.InvariantCulture, $"{Environment.UserName}@127.0.0.1:{Port}");

    /// <summary>
    /// Starts one in an empty folder; on that port, if not 0; programs in <paramref name="path"/> hide the system's.
    /// </summary>
    public static async Task<SshServer> StartAsync(
        TestFolder folder, CancellationToken cancellation, int port = 0, string path = "")
    {
        Assert.That(File.Exists(Program), Is.True, "packaging/test.sh installs openssh-server");
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        await RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.File("host")], cancellation);
        await RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.File("user")], cancellation);
        port = port == 0 ? FreePorts.Next() : port;
        string config = folder.File("sshd_config");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {folder.File("host")}
            AuthorizedKeysFile {folder.File("user.pub")}
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            {(path.Length == 0 ? "" : $"SetEnv PATH={path}:/usr/local/bin:/usr/bin:/bin")}

            """), cancellation);
        string ssh = $"exec ssh -F none -i {folder.File("user")} -o LogLevel=ERROR";
        string client = await ScriptAsync(
            folder.File("ssh.sh"),
            $"{ssh} -o StrictHostKeyChecking=no -o UserKnownHostsFile={folder.File("known")} -o BatchMode=yes \"$@\"");
        string yes = await ScriptAsync(folder.File("yes.sh"), "echo yes");
        string strict = await ScriptAsync(
            folder.File("strict-ssh.sh"),
            $"export SSH_ASKPASS={yes} SSH_ASKPASS_REQUIRE=force\n{ssh} -o GlobalKnownHostsFile=/dev/null "
            + "-o PasswordAuthentication=no -o KbdInteractiveAuthentication=no \"$@\"");
        ProcessStartInfo start = new(Program, ["-D", "-e", "-f", config]) { RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, line) => TestContext.Progress.WriteLine(line.Data);
        process.BeginErrorReadLine();
        while (!await AnswersAsync(port, cancellation))
        {
            Assert.That(process.HasExited, Is.False, "sshd ended");
            await Task.Delay(20, cancellation);
        }

        return new SshServer(process, port, client, strict);
    }

    /// <summary>Writes a program of /bin/sh and gives its path.</summary>
    public static async Task<string> ScriptAsync(string path, string commands)
    {
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{commands}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, string[] args, CancellationToken cancellation)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args))!;
        await process.WaitForExitAsync(cancellation);
        Assert.That(process.ExitCode, Is.Zero, program);
    }
}
