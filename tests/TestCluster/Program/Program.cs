using CurveRbd.TestCluster;

// Not async: etcd dies with the thread that started it, which therefore has to be one that stays.
try
{
    ClusterArguments arguments = ClusterArguments.Parse(args);
    using var main = new MainThread();
    Task<int> running = Task.Run(() => new ClusterProcess(arguments, main).RunAsync());
    _ = running.ContinueWith(_ => main.Complete(), TaskScheduler.Default);
    main.Run();
    return running.GetAwaiter().GetResult();
}
catch (Exception error) when (error is FormatException or IOException or InvalidOperationException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
