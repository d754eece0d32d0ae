using CoreNode.Api.Peers.Requests;

namespace CoreNode.Hosting.Reboots.Doctor;

/// <summary>Answers another node what keeps this machine from updating itself. Any thread.</summary>
/// <param name="examiner">Who looks.</param>
internal sealed class DoctorService(MachineExaminer examiner) : INodeService
{
    /// <summary>Its name.</summary>
    public const string Name = "doctor";

    /// <inheritdoc/>
    public async Task ServeAsync(NodeRequest request, CancellationToken cancellation) =>
        await request.Answer.WriteAsync(ReportJson.Write(await examiner.ReportAsync(cancellation)), cancellation);

    /// <summary>Asks a machine at its peer URLs, one after the other, until one answers or it is cancelled.</summary>
    public static async Task<MachineAnswer> AskAsync(
        NodeRequests requests, AskedMachine machine, CancellationToken cancellation)
    {
        string problem = "it told no peer URL where it could be asked";
        foreach (string url in machine.PeerUrls)
        {
            bool isThere = false;
            try
            {
                NodeAnswer answer = await requests.SendAsync(url, Name, null, cancellation);
                isThere = true;
                await using (answer.ConfigureAwait(false))
                {
                    byte[] bytes = new byte[ReportJson.MaxBytes];
                    int length = await answer.Body.ReadAtLeastAsync(
                        bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
                    return ReportJson.Read(bytes.AsMemory(0, length)) is { } report
                        ? new MachineAnswer(machine, report, "")
                        : new MachineAnswer(machine, null, "its answer cannot be read") { IsThere = true };
                }
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                problem = fault is IOException ? fault.Message : $"{url} does not answer in time";
                if (isThere && fault is IOException)
                    return new MachineAnswer(machine, null, problem) { IsThere = true };
            }
        }

        return new MachineAnswer(machine, null, problem);
    }
}
