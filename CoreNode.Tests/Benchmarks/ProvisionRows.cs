using System.Globalization;
using System.Text;
using CoreNode.Tests.EndToEnd;
using CoreNode.Tests.EndToEnd.Provision;

namespace CoreNode.Tests.Benchmarks;

/// <summary>
/// Configurations of machines by the native executable, whole runs of the command: checked, compared with a root, and
/// applied to an empty one. Needs root.
/// </summary>
internal static class ProvisionRows
{
    private const int Lines = 200;
    private const int Files = 500;
    private const int FileBytes = 1000;
    private const int RunsOfAPass = 10;
    private const double MostMilliseconds = 30;
    private const double MostSeconds = 1;

    /// <summary>All of them.</summary>
    public static async Task<IReadOnlyList<Figure>> AllAsync(BenchmarkOptions options)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new IOException("only root applies configurations");
        await using ConfiguredMachine machine = new("127.0.0.1", "bench");
        string small = machine.Inside("../small.yaml");
        string large = machine.Inside("../large.yaml");
        await File.WriteAllTextAsync(small, Small());
        await File.WriteAllTextAsync(large, Large());
        List<(double Etcd, double Node)> validate = [], render = [], apply = [], again = [];
        for (int pass = 0; pass < options.Passes; pass++)
        {
            for (int run = 0; run < RunsOfAPass; run++)
            {
                validate.Add((double.NaN, 1000 * await RunAsync("validate", small)));
                render.Add((double.NaN, 1000 * await RunAsync("render", small, "--root", machine.Root)));
            }

            apply.Add((double.NaN, await RunAsync("apply", large, "--root", machine.Root)));
            again.Add((double.NaN, await RunAsync("apply", large, "--root", machine.Root)));
            Directory.Delete(machine.Inside("srv"), recursive: true);
        }

        string lines = string.Create(CultureInfo.InvariantCulture, $"configuration of {Lines} lines: ");
        string files = string.Create(CultureInfo.InvariantCulture, $"configuration of {Files} files: ");
        return
        [
            new Figure(lines + "validate", "ms", new Target.AtMost(MostMilliseconds), validate),
            new Figure(lines + "render", "ms", new Target.AtMost(MostMilliseconds), render),
            new Figure(files + "apply", "s", new Target.AtMost(MostSeconds), apply),
            new Figure(files + "apply again, nothing to do", "s", Target.None, again),
        ];
    }

    private static async Task<double> RunAsync(params string[] words) =>
        (await Commands.MeasureAsync(TestPrograms.Corenode(), ["config", .. words])).Seconds;

    // Users, files, units with drop-ins and the old services, as people write them.
    private static string Small()
    {
        StringBuilder text = new("#cloud-config\nhostname: bench\nusers:\n");
        for (int i = 0; i < 5; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: user{i}\n    groups: [sudo, docker]\n");
            text.Append("    ssh_authorized_keys:\n      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmPAFM58umkAxaijRJ8A");
            text.Append("+GWDGTfTB8d3sreiwKdI3TI\n");
        }

        text.Append("coreos:\n  etcd2:\n    listen_client_urls: http://127.0.0.1:2379\n");
        text.Append("    listen_peer_urls: http://127.0.0.1:2380\n  update:\n    reboot_strategy: reboot\n  units:\n");
        for (int i = 0; i < 8; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    - name: app{i}.service\n      enable: true\n");
            text.Append("      command: start\n      content: |\n        [Service]\n        ExecStart=/bin/true\n");
            text.Append("        [Install]\n        WantedBy=multi-user.target\n      drop_ins:\n");
            text.Append("        - name: 10-more.conf\n          content: |\n            [Service]\n");
            text.Append("            Environment=A=b\n");
        }

        text.Append("write_files:\n");
        for (int i = 0; text.ToString().AsSpan().Count('\n') < Lines; i++)
            text.Append(CultureInfo.InvariantCulture, $"  - path: /srv/f{i}\n    content: x\n");
        return text.ToString();
    }

    private static string Large()
    {
        StringBuilder text = new("#cloud-config\nwrite_files:\n");
        for (int i = 0; i < Files; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - path: /srv/d{i % 20}/f{i}\n    content: {i:d4}");
            text.Append('x', FileBytes).Append('\n');
        }

        return text.ToString();
    }
}
