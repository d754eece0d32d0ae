using System.Globalization;
using CoreNode.Disks.Gpt;
using CoreNode.Tests.EndToEnd.Units.Systemd;
using CoreNode.Tests.EndToEnd.Updates;

namespace CoreNode.Tests.EndToEnd.Rolling;

/// <summary>
/// A machine of <see cref="SystemdCluster"/> with two slots: disk, files and server of an <see cref="UpdatedMachine"/>,
/// in its container and its network. It runs 1.0 from USR-A, and 2.0 is served.
/// </summary>
internal sealed class UpdatingMachine : IAsyncDisposable
{
    private const string Folder = "/opt/machine";

    // Joining its cluster again takes a while where three machines share two processors.
    private const string HealthDeadline = "25s";

    private readonly UpdatedMachine _made;
    private readonly UpdateServerStub _server;
    private int _boots;

    private UpdatingMachine(SystemdNode node, UpdatedMachine made, UpdateServerStub server)
    {
        Node = node;
        _made = made;
        _server = server;
    }

    /// <summary>The machine.</summary>
    public SystemdNode Node { get; }

    /// <summary>Slots that it was booted into after the first time, in their order.</summary>
    public List<string> Boots { get; } = [];

    private string Disk => Node.Container.Inside($"{Folder[1..]}/disk.img");

    /// <summary>Puts it into a container that does not run yet.</summary>
    /// <param name="node">The container and its network.</param>
    /// <param name="like">A machine that takes the same payload; null: this is the first one.</param>
    /// <param name="check">What the operator's check of health runs; null: as <see cref="UpdatedMachine"/>.</param>
    public static async Task<UpdatingMachine> InstallAsync(SystemdNode node, UpdatingMachine? like, string? check)
    {
        UpdatedMachine made = await UpdatedMachine.MakeAsync(node.Network, like: like?._made);
        UpdateServerStub server = made.Server;
        if (like is not null)
        {
            byte[] payload = await File.ReadAllBytesAsync(like._made.PayloadFile);
            server = node.Network.Run(() => new UpdateServerStub("2.0", payload));
            made.OtherServer = server.Url;
        }

        UpdatingMachine machine = new(node, made, server);
        await machine.CopyAsync();
        machine.Configure();
        if (check is not null)
            await File.WriteAllTextAsync(
                node.Container.Inside($"{Folder[1..]}/health.d/works"), $"#!/bin/sh\n{check}\n");
        await machine.WriteBootAsync("USR-A");
        return machine;
    }

    /// <summary>A line of shell that fails while USR-B runs.</summary>
    public static string FailsInNewSlot => $"grep -q USR-A {Folder}/root/proc/cmdline";

    /// <summary>What the boot stage does once the machine is down.</summary>
    public async Task BootAsync()
    {
        string label = UpdatedMachine.Choose(Disk);
        await WriteBootAsync(label);
        lock (Boots)
            Boots.Add(label);
        await Node.Container.BootAsync();
    }

    /// <summary>The slots that it was booted into, in a line.</summary>
    public string BootedInto()
    {
        lock (Boots)
            return string.Join(' ', Boots);
    }

    /// <summary>Priority, tries and successful of a slot.</summary>
    public SlotAttributes Attributes(string label) => UpdatedMachine.AttributesOf(Disk, label);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _made.DisposeAsync();
    }

    private async Task CopyAsync()
    {
        ProgramResult copied = await ProgramResult.OfAsync(
            "cp", ["-a", _made.Folder, Node.Container.Inside(Folder[1..])]);
        Assert.That(copied.ExitCode, Is.Zero, copied.Error);
        // Of the container's own /, what tells that there are a systemd and a message bus.
        File.CreateSymbolicLink(Node.Container.Inside($"{Folder[1..]}/root/run"), "/run");
    }

    private void Configure()
    {
        List<string> lines = [];
        IReadOnlyList<string> flags = _made.Flags;
        for (int i = 0; i < flags.Count; i += 2)
        {
            if (flags[i] == "--unit-manager")
                continue;
            string name = flags[i][2..].Replace('-', '_').ToUpperInvariant();
            string value = flags[i + 1].Replace(_made.Folder, Folder, StringComparison.Ordinal);
            lines.Add($"CORENODE_{name}={value}");
        }

        // The last ones count.
        Node.Set(
        [
            .. lines, "CORENODE_REBOOT_STRATEGY=etcd-lock", "CORENODE_REBOOT_COMMAND=systemctl reboot",
            $"CORENODE_UPDATE_HEALTH_DEADLINE={HealthDeadline}",
        ]);
    }

    private async Task WriteBootAsync(string label)
    {
        _boots++;
        string proc = Node.Container.Inside($"{Folder[1..]}/root/proc");
        await File.WriteAllTextAsync($"{proc}/cmdline", $"quiet corenode.slot=PARTLABEL={label}\n");
        await File.WriteAllTextAsync(
            $"{proc}/sys/kernel/random/boot_id",
            string.Create(CultureInfo.InvariantCulture, $"boot-{_boots}-of-n{Node.Number}\n"));
    }
}
