using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Client;
using CoreNode.Updates.Desk;
using CoreNode.Updates.Keys;
using CoreNode.Updates.Omaha;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// Looks at all that updates of this machine need, with the node's own flags and eyes, for <c>corenode doctor</c>. Any
/// thread.
/// </summary>
/// <param name="options">The module's options.</param>
/// <param name="desk">How updates stand.</param>
/// <param name="settings">Server and group as they are now.</param>
/// <param name="target">Where a connection to the server is opened; null without one.</param>
/// <param name="stateFolder">Where the client keeps its state.</param>
internal sealed class UpdateExaminer(
    UpdateOptions options, IUpdateDesk desk, Func<UpdateConfig> settings, Func<UpdateTarget?> target,
    string stateFolder) : IUpdateExaminer
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(3);

    private volatile string _disk = "";
    private volatile UpdateClient? _client;

    /// <summary>From now on updates are for that disk, by that client.</summary>
    public void Use(string disk, UpdateClient? client)
    {
        _client = client;
        _disk = disk;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UpdateFinding>> ExamineAsync(CancellationToken cancellation)
    {
        string disk = _disk;
        // Most machines are not made for updates, and nothing is wrong with them.
        if (disk.Length == 0)
            return [UpdateFinding.Ok("updates", desk.Status.Reason), Room()];
        List<UpdateFinding> findings = [.. UpdateFindings.OfStatus(desk.Status)];
        findings.AddRange(UpdateFindings.OfBadVersions(_client?.BadVersions ?? []));
        findings.AddRange(await ServerAsync(cancellation));
        findings.Add(Keys());
        findings.AddRange(Disk(disk, desk.Status.RunningSlot));
        findings.Add(Room());
        return findings;
    }

    private async Task<List<UpdateFinding>> ServerAsync(CancellationToken cancellation)
    {
        UpdateConfig read = settings();
        bool? isReached = null;
        if (target() is { } server)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_connect);
            isReached = await SiteConnect.TryAsync(server.Address, limit.Token);
            cancellation.ThrowIfCancellationRequested();
        }

        return UpdateFindings.OfServer(read, isReached);
    }

    private UpdateFinding Keys()
    {
        try
        {
            TrustFolder folder = TrustFolder.Read(options.KeysFolder);
            return UpdateFindings.OfKeys(options.KeysFolder, folder.Keys.Keys.Count, folder.Skipped);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return UpdateFinding.Problem(
                UpdateFindings.Keys, fault.Message, "mend that: until then no update can be verified");
        }
    }

    private static List<UpdateFinding> Disk(string disk, string runningSlot)
    {
        try
        {
            using RealBlockDevice device = RealBlockDevice.Open(disk, BlockAccess.Read);
            SlotDisk found = new(device);
            List<UpdateFinding> findings = [UpdateFindings.OfTable(disk, found.State.Problems())];
            findings.AddRange(UpdateFindings.OfSlots(disk, new SlotRule().Find(found.Table), runningSlot));
            return findings;
        }
        catch (IOException fault)
        {
            return [UpdateFinding.Problem(UpdateFindings.Slots, fault.Message, $"corenode slot show {disk}")];
        }
    }

    private UpdateFinding Room()
    {
        try
        {
            // Made with the first state that is written.
            string folder = Directory.Exists(stateFolder) ? stateFolder : Path.GetDirectoryName(stateFolder)!;
            return UpdateFindings.OfRoom(folder, new DriveInfo(folder).AvailableFreeSpace);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return UpdateFinding.Problem(UpdateFindings.State, fault.Message, "look at the disk");
        }
    }
}
