using CoreNode.Updates.Omaha;
using CoreNode.Updates.Rollout;
using CoreNode.Updates.Server;
using CoreNode.Windows;

namespace CoreNode.Tests.Updates.Server;

/// <summary>Servers with something of everything in them.</summary>
internal static class ServerSamples
{
    /// <summary>Uses everything that is kept.</summary>
    public static async Task FillAsync(ServerBench bench)
    {
        await bench.SetUpAsync(new RolloutPolicy
        {
            Waves = [new RolloutWave(10, TimeSpan.Zero), new RolloutWave(100, TimeSpan.FromHours(4))],
            Windows = [new MaintenanceWindow(WindowDays.All, new TimeOnly(0, 0), TimeSpan.FromHours(23))],
            ErrorStop = new ErrorStop(0.5, 3),
            PollInterval = TimeSpan.FromMinutes(10),
        });
        CataloguePackage floor = await bench.AddAsync("1.0.5", 2);
        await bench.Server.SetFloorAsync(
            ServerBench.Admin, bench.Channel.Id, floor.Id, "because", CancellationToken.None);
        CatalogueChannel beta = await bench.Server.AddChannelAsync(
            ServerBench.Admin, "CoreOS", "beta", "amd64-usr", CancellationToken.None);
        await bench.Server.SetPromotionAsync(
            ServerBench.Admin, beta.Id,
            new ChannelPromotion(
                bench.Server.Catalogue.Channels[1].Id, new PromotionRule(TimeSpan.FromDays(1), 0.05, 2, true)),
            CancellationToken.None);
        CataloguePackage package = await bench.AddAsync("1.1.0", 3);
        await bench.Server.SetChannelAsync(
            ServerBench.Admin, bench.Server.Catalogue.Channels[1].Id, package.Id, CancellationToken.None);
        await bench.Server.SetUpstreamAsync(
            ServerBench.Admin, beta.Id, new UpstreamWish { Url = "https://updates.example/v1/update/" },
            CancellationToken.None);
        for (int i = 0; i < 60; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(7));
            UpdateReply reply = await bench.CheckAsync($"m{i}", "1.0.0", i % 3 == 0 ? "0.9.0" : "", i % 10 == 0);
            if (reply is not UpdateReply.Offered)
                continue;
            await bench.TellAsync($"m{i}", "1.0.0", OmahaEvent.DownloadStarted);
            if (i % 4 == 0)
                await bench.TellAsync($"m{i}", "1.0.0", OmahaEvent.Failed(37));
        }

        await bench.Server.SetOverrideAsync(
            ServerBench.Admin, "CoreOS", "m3",
            new MachineOverride
            {
                PinnedVersion = "1.0.5",
                Note = "a test",
            },
            CancellationToken.None);
        await bench.Server.ForgetMachineAsync(ServerBench.Admin, "CoreOS", "m4", CancellationToken.None);
        await bench.Server.PauseGroupAsync(ServerBench.Admin, "CoreOS", "servers", "lunch", CancellationToken.None);
        await bench.Server.AddTokenAsync(
            ServerBench.Admin, "viewer", AccessRole.Viewer, bench.Clock.Now.AddDays(1), CancellationToken.None);
    }
}
