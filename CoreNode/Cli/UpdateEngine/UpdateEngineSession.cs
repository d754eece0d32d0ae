using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Api.Client.Units;
using CoreNode.Api.Client.Updates;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.UpdateEngine;

/// <summary>One run as update_engine_client: asks the node and prints what that tool prints.</summary>
internal sealed class UpdateEngineSession(CliHost host) : IDisposable
{
    private const string Idle = "UPDATE_STATUS_IDLE";
    private const string NeedReboot = "UPDATE_STATUS_UPDATED_NEED_REBOOT";
    private const string Reporting = "UPDATE_STATUS_REPORTING_ERROR_EVENT";
    private const int Failed = 1;

    private readonly UpdatesClient _client = new(new ClientOptions { Endpoints = Endpoints(host), Time = host.Time });
    private string _printed = "";

    /// <summary>-reset_status.</summary>
    public async Task<int> ResetAsync()
    {
        Log("Setting Update Engine status to idle ...");
        AdminReply<ToldStatus> reply = await OrderAsync(UpdateOrderKind.Reset);
        if (reply is not AdminReply<ToldStatus>.Done)
            return Fail("ResetStatus failed.", reply);
        Log("ResetStatus succeeded.");
        return 0;
    }

    /// <summary>-status.</summary>
    public async Task<int> ShowAsync()
    {
        Log("Querying Update Engine status...");
        AdminReply<ToldStatus> reply = await _client.StatusAsync(host.Cancellation);
        if (reply is not AdminReply<ToldStatus>.Done done)
            return Fail("GetStatus failed.", reply);
        Print(done.Value.View);
        return 0;
    }

    /// <summary>
    /// -check_for_update: begins an update. As with that tool nothing happens while one is under way or waits for its
    /// reboot, which is no failure.
    /// </summary>
    public async Task<int> AttemptAsync()
    {
        Log("Initiating update check and install.");
        AdminReply<ToldStatus> reply = await OrderAsync(UpdateOrderKind.Now);
        if (reply is AdminReply<ToldStatus>.Done)
            return 0;
        bool isBusy = reply is AdminReply<ToldStatus>.Refused { Status: 409 }
            && await _client.StatusAsync(host.Cancellation) is AdminReply<ToldStatus>.Done now
            && now.Value.View.Status != Idle;
        if (!isBusy)
            return Fail("Update check/initiate update failed.", reply);
        Log(Reason(reply));
        return 0;
    }

    /// <summary>-update: waits for the end of what was begun.</summary>
    public async Task<int> CompleteAsync()
    {
        Log("Waiting for update to complete.");
        AdminReply<UpdateWatch> reply = await _client.WatchAsync(host.Cancellation);
        if (reply is not AdminReply<UpdateWatch>.Done done)
            return Fail("GetStatus failed.", reply);
        using UpdateWatch watch = done.Value;
        while (await ReadAsync(watch) is { } status)
        {
            UpdateStatusView view = status.View;
            switch (view.Status)
            {
                case NeedReboot:
                    Print(view);
                    Log("Update succeeded -- reboot needed.");
                    return 0;
                case Idle or Reporting when view.LastFailure is { } failure:
                    Print(view);
                    Log(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Update failed: {failure.Text} ({failure.Code} {failure.Name})"));
                    return Failed;
                case Idle:
                    Print(view);
                    Log($"No update was installed: {view.Reason}");
                    return 0;
                default:
                    Print(view);
                    break;
            }
        }

        Log("GetStatus failed: the node ended; it goes on with the update once it is back.");
        return Failed;
    }

    /// <summary>-watch_for_updates: until Ctrl-C.</summary>
    public async Task<int> WatchAsync()
    {
        AdminReply<UpdateWatch> reply = await _client.WatchAsync(host.Cancellation);
        if (reply is not AdminReply<UpdateWatch>.Done done)
            return Fail("GetStatus failed.", reply);
        using UpdateWatch watch = done.Value;
        while (await ReadAsync(watch) is { } status)
            Print(status.View);
        Log("GetStatus failed: the node ended.");
        return Failed;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static List<ClientEndpoint> Endpoints(CliHost host)
    {
        string text = host.Environment("CORENODE_ENDPOINTS") is { Length: > 0 } named
            ? named : $"unix://{GlobalOptions.DefaultSocket}";
        List<ClientEndpoint> endpoints = [];
        foreach (string one in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ClientEndpoint.TryParse(one, out ClientEndpoint? endpoint, out string? problem))
                throw new ClientConfigurationException($"CORENODE_ENDPOINTS: {problem}");
            endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private Task<AdminReply<ToldStatus>> OrderAsync(UpdateOrderKind kind) =>
        _client.OrderAsync(new UpdateOrder(kind), host.Cancellation);

    private async Task<ToldStatus?> ReadAsync(UpdateWatch watch)
    {
        try
        {
            return await watch.ReadAsync(host.Cancellation);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            return null;
        }
    }

    // The lines of that tool; a change of what it does not show prints nothing.
    private void Print(UpdateStatusView view)
    {
        string version = view.NewVersion.Length > 0 ? view.NewVersion : UpdateStatusView.NoVersion;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"LAST_CHECKED_TIME={view.LastChecked}\nPROGRESS={view.Progress:f6}\nCURRENT_OP={view.Status}\n"
            + $"NEW_VERSION={version}\nNEW_SIZE={view.NewSize}\n");
        if (text == _printed)
            return;
        _printed = text;
        host.Output.Write(text);
        host.Output.Flush();
    }

    private int Fail<T>(string what, AdminReply<T> reply)
        where T : class
    {
        Log($"{what} {Reason(reply)}");
        return Failed;
    }

    private static string Reason<T>(AdminReply<T> reply)
        where T : class => reply switch
        {
            AdminReply<T>.Refused { Status: 404 } refused =>
                $"{refused.Endpoint} does not look after the updates of this machine",
            AdminReply<T>.Refused { Message.Length: > 0 } refused => refused.Message,
            AdminReply<T>.Refused refused => $"{refused.Endpoint} answered {refused.Status}",
            AdminReply<T>.Failed failed => failed.Reply.Reason,
            _ => "",
        };

    private void Log(string text) => host.Error.WriteLine(text);
}
