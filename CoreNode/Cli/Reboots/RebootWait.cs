using CoreNode.Api.Client.Reboots;
using CoreNode.Api.Client.Units;
using CoreNode.Reboots.Desk;

namespace CoreNode.Cli.Reboots;

/// <summary>Shows how an order goes on until the machine goes down, or until it is known that it does not.</summary>
internal sealed class RebootWait(RebootCall call)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Follows from that status on; gives the exit code.</summary>
    public async Task<int> RunAsync(ToldReboot told)
    {
        string last = "";
        bool isPersons = told.View.WantedBy == "person";
        while (true)
        {
            RebootStatusView view = told.View;
            // What was refused here may still be wanted by others, whose turn it is then.
            if (isPersons && view.WantedBy != "person" && view.Stage != "idle")
                return call.Fail(view.Ended);
            string line = $"{view.Stage}: {view.Reason}";
            if (line != last && view.Stage != "idle")
            {
                await call.Output.WriteLineAsync(call.IsJson ? told.Json : line);
                await call.Output.FlushAsync(call.Cancellation);
            }

            last = line;
            if (view.Stage == "rebooting")
                return ExitCode.Done;
            if (view.Stage == "idle")
                return call.Fail(view.Ended.Length > 0 ? view.Ended : view.Reason);
            await Task.Delay(s_interval, call.Time, call.Cancellation);
            AdminReply<ToldReboot> reply = await call.Client.StatusAsync(call.Cancellation);
            if (reply is AdminReply<ToldReboot>.Done done)
                told = done.Value;
            else if (view.Stage is "stopping" or "warning")
                // It may have gone down between two looks.
                return ExitCode.Done;
            else
                return call.Fail(reply, "the status of the reboot");
        }
    }
}
