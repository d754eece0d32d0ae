using System.Diagnostics;
using System.Net;
using System.Text.Json;
using CoreNode.Overlay.Links;
using CoreNode.Overlay.Net;
using CoreNode.Tests.EndToEnd.Clusters;

namespace CoreNode.Tests.EndToEnd.Overlay;

/// <summary>
/// A machine of an overlay network: a network namespace with <c>eth0</c> in a common underlying network, and the code
/// under test inside. Commands run inside too, as an administrator would type them.
/// </summary>
internal sealed class OverlayMachine : IDisposable
{
    /// <summary>The device in the underlying network.</summary>
    public const string Device = "eth0";

    private readonly Lazy<MachineNetwork> _network;

    public OverlayMachine()
    {
        Inside = new NetworkNamespace();
        _network = new Lazy<MachineNetwork>(() => Inside.Run(static () => new MachineNetwork()));
    }

    /// <summary>Why such machines cannot be made here; null if they can.</summary>
    public static string? Obstacle { get; } = NetworkNamespace.Obstacle
        ?? (File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip") ? null : "there is no ip (package iproute2)");

    /// <summary>Where it is.</summary>
    public NetworkNamespace Inside { get; }

    /// <summary>The code under test, made inside.</summary>
    public MachineNetwork Network => _network.Value;

    /// <summary>The number of <see cref="Device"/>.</summary>
    public int DeviceIndex => Network.Interfaces().First(static one => one.Name == Device).Index;

    /// <summary>Two machines on one wire: 192.168.77.1 and .2, fd77::1 and ::2.</summary>
    public static (OverlayMachine First, OverlayMachine Second) Pair()
    {
        OverlayMachine first = new(), second = new();
        first.Ip("link", "add", Device, "type", "veth", "peer", "name", Device, "netns", second.Inside.Path);
        first.JoinUnderlying(1);
        second.JoinUnderlying(2);
        return (first, second);
    }

    /// <summary>One machine whose wire ends in itself: 192.168.77.1, fd77::1.</summary>
    public static OverlayMachine Alone()
    {
        OverlayMachine machine = new();
        machine.Ip("link", "add", Device, "type", "veth", "peer", "name", "wire");
        machine.TakeAddressesAtOnce("wire");
        machine.Ip("link", "set", "wire", "up");
        machine.JoinUnderlying(1);
        return machine;
    }

    /// <summary>The underlying address of the machine with that number.</summary>
    public static IPAddress Underlying(int number, bool isIPv6) =>
        IPAddress.Parse(isIPv6 ? $"fd77::{number}" : $"192.168.77.{number}");

    /// <summary>Changes the network inside; fails on any fault.</summary>
    public void Apply(params NetworkChange[] changes) =>
        Assert.That(Faults(changes).Select(static one => one.Message), Is.Empty);

    /// <summary>Changes the network inside: by a thread of this namespace, as settings below /proc are asked for by it.
    /// </summary>
    public IReadOnlyList<NetworkFault> Faults(params NetworkChange[] changes) =>
        Inside.Run(() => Network.Apply(changes));

    /// <summary>What is there.</summary>
    public NetworkState Read(params string[] links) => Inside.Run(() => Network.Read(links));

    /// <summary>Changes a setting below /proc/sys/net.</summary>
    public void Set(string setting, string value) => Command("sh", "-c", $"echo {value} > /proc/sys/net/{setting}");

    /// <summary>
    /// Gives a device that is down its own IPv6 address without asking whether somebody has it: the kernel would tell
    /// of that a second or two later.
    /// </summary>
    public void TakeAddressesAtOnce(string device) => Set($"ipv6/conf/{device}/accept_dad", "0");

    /// <summary>Runs ip(8) inside.</summary>
    public string Ip(params string[] words) => Command("ip", words);

    /// <summary>What ip(8) or bridge(8) prints as JSON.</summary>
    public JsonElement Json(string program, params string[] words)
    {
        string text = Command(program, words);
        return JsonDocument.Parse(text.Trim().Length == 0 ? "[]" : text).RootElement;
    }

    /// <summary>Runs a program inside and gives what it writes; fails if it does.</summary>
    public string Command(string program, params string[] words) => Inside.Run(() =>
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words)
            start.ArgumentList.Add(word);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string error = errors.GetAwaiter().GetResult();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', words)}: {error}");
        return text;
    });

    public void Dispose()
    {
        if (_network.IsValueCreated)
            _network.Value.Dispose();
        Inside.Dispose();
    }

    private void JoinUnderlying(int number)
    {
        TakeAddressesAtOnce(Device);
        Ip("addr", "add", $"192.168.77.{number}/24", "dev", Device);
        Ip("-6", "addr", "add", $"fd77::{number}/64", "dev", Device, "nodad");
        Ip("link", "set", Device, "up");
    }
}
