using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>User data to a machine, as the command does it.</summary>
internal static class ProvisionRun
{
    private static readonly string[] s_options =
    [
        "name", "data-dir", "listen-client-urls", "advertise-client-urls", "listen-peer-urls",
        "initial-advertise-peer-urls", "initial-cluster", "initial-cluster-state", "initial-cluster-token", "discovery",
        "proxy", "metadata", "public-ip", "reboot-strategy", "modules", "update-server", "update-group", "overlay",
    ];

    public static readonly ReadingRules Rules = new()
    {
        Options = new NodeOptionRules(s_options, static _ => []),
        Fallback = new MachineAddresses { PrivateIPv4 = "10.0.0.1" },
    };

    public static UserData Data(string text, string source = "user-data") => new(source, Encoding.UTF8.GetBytes(text));

    public static Task<LoadedConfig> LoadAsync(IReadOnlyList<UserData> inputs, IRemoteContents? remotes = null) =>
        new ConfigLoader(Rules, remotes ?? new CannedContents()).LoadAsync(inputs, CancellationToken.None);

    public static Provisioner On(ScratchMachine machine, IUnitWork? units) =>
        new(machine, units, new MachineSelf(machine.Hostname, "quiet"), new FixedTime());

    public static async Task<ProvisionOutcome> ApplyAsync(
        ScratchMachine machine, IUnitWork? units, string text, ToldProgress? progress = null)
    {
        LoadedConfig loaded = await LoadAsync([Data(text)]);
        Assert.That(loaded.Result.IsRefused, Is.False, Shown(loaded.Result.Findings));
        return await On(machine, units).ApplyAsync(
            loaded.Result.Desired, progress ?? new ToldProgress(), CancellationToken.None);
    }

    public static string Shown(IReadOnlyList<Finding> findings) =>
        CoreNode.Provision.Planning.PlanText.Write(findings).TrimEnd();
}
